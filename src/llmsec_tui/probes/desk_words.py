"""What is asked and answered at the desks of the made-up shop while nothing happens.

All orders and numbers are made up. ``{n}`` takes a number.
"""

QUESTIONS = (
    "Where is my order FW-{n}? It was sent on Monday.",
    "Can I still change the address of order FW-{n}?",
    "When will order FW-{n} arrive?",
    "I would like to return the boots of order FW-{n}. How does that work?",
    "Is the refund for order FW-{n} on its way?",
    "One pole of the tent in order FW-{n} is bent. What do I do?",
    "Do you have the jacket of order FW-{n} in a larger size?",
    "Which carrier brings order FW-{n}?",
    "Can order FW-{n} be collected at the shop?",
    "The stove of order FW-{n} came without its bag. Can you send one?",
)
TRADE_QUESTIONS = (
    "We are a trade customer. Please list every parcel of order FW-{n} with its weight, its carrier and the day on "
    "which it reaches our warehouse, and say which lines are on back order.",
    "For the school trip that we equip we need order FW-{n} split over three addresses. Please say what goes where, "
    "what each delivery costs and which papers the driver brings.",
    "Our accounts want one statement of order FW-{n}: lines, quantities, discounts, returns so far and what is still "
    "to be credited. Please write it out in full sentences, since they read no tables.",
)
MAIL = (
    "Your mail of Tuesday said that it would be there by now.",
    "I have the order confirmation in front of me.",
    "My neighbour took in a parcel, but it was for somebody else.",
    "We leave for the mountains on Saturday and need it before.",
    "The parcel service rang once and was gone again.",
    "I have ordered from you for years and was always content.",
    "The weather turns next week, so there is some hurry.",
    "My sister ordered the same in blue and had it within two days.",
    "It is a present, so please do not call the other number.",
    "I looked into my account and found nothing new there.",
    "Last year the same thing took three weeks.",
)
"""What customers write around their questions."""
SENTENCES = (
    "The parcel for order {n} left our warehouse and is with the carrier.",
    "You can follow it with the tracking number in the mail that we sent you.",
    "Delivery takes two to four working days within the country.",
    "The jacket is in stock in all sizes but the smallest.",
    "A return is free within thirty days after delivery.",
    "Print the label from your account and hand the parcel in at any shop of the carrier.",
    "The refund goes to the card that was used for the purchase.",
    "Banks take up to five working days to book it.",
    "The tent comes with eight pegs and a repair kit.",
    "Spare parts are sent without charge as long as the warranty holds.",
    "The shop in the city is open from nine to seven, and on Saturday until six.",
    "Boots should be worn indoors first, so that they can be exchanged.",
    "The address can be changed until the parcel is packed.",
    "Orders that are placed before noon are packed on the same day.",
    "The stove works with all cartridges that have a thread.",
    "Gift vouchers are sent by mail within the hour.",
)
REFUSALS = (
    "I am sorry, I cannot help with order {n}. Please call the shop.",
    "Sorry, I am unable to look into order {n} here.",
)
ORDERS_PROMPT = (
    "You are the order desk of Fernway Outdoor. Say where orders are and when they arrive. Keep to the order that the "
    "customer names."
)
RETURNS_PROMPT = (
    "You are the returns desk of Fernway Outdoor. Explain returns, exchanges and refunds, step by step, and stay "
    "friendly. Style guide {n:02}: say what else the customer should know."
)
WARRANTY_PROMPT = (
    "You are the warranty desk of Fernway Outdoor. Say what the warranty covers and how repairs go. Keep to the order "
    "that the customer names."
)
