"""What a text says to a model, whatever the language: a translation says the same things in other words.

Only the words that orders to a model are made of are known, by their beginnings and in many languages. So what comes
out is a set of a few ideas, not a translation; it is compared as a whole.
"""

from collections.abc import Iterator

from llmsec_tui.detect.text.folding import fold

ACTS = frozenset({"ignore", "reveal", "pretend", "send", "unlock"})
"""Without one of these nothing is ordered."""
LEAST = 4
"""So many ideas are no accident."""

_BEGINNINGS = {
    "ignore": """ignor disregard forget overlook vergiss vergess missacht oubli ignorez olvid haz descart dimentic
        esquec ignore negeer vergeet zignoruj pomin zapomnij zapomen glem bortse unohda sivuuta felejts uita ignora
        unut yoksay забуд игнорир ігнор проігнор abaikan lupakan bo qua bỏ quen quên puuza sahau agnoei agnois αγνο ξεχα
        تجاهل وتجاهل انس התעלם שכח अनदेखा भूल""",
    "before": """previous prior above earlier preceding vorherig bisherig obig frueher précéd preced précédent anterior
        anteriores previ precedent precedenti vorige eerdere voorgaande poprzedn wczesniej wcześniej předchoz predchoz
        tidigare tidligere foregående edellis aiemm korábbi elozo előző anterioare onceki önceki предыд прежн попередн
        sebelumnya terdahulu truoc trước προηγ السابق הקודמ पिछले पूर्व iliyotangulia""",
    "instructions": """instruct directive guideline order command anweisung vorgabe richtlinie consign directiv
        instruccion instrucciones indicacion indicaciones istruzion instruções instrucoes instruc aanwijzing opdracht
        instrukc polecen wytyczn pokyn instruktion ohje utasit instructiuni instrucțiuni talimat yonerge yönerge
        инструкц указан інструкц вказів instruksi arahan huong chi dan lenh lệnh οδηγι تعليم التعليم הוראות निर्देश
        maelekezo maagizo""",
    "reveal": """reveal show print display output repeat disclose leak expose zeig verrat gib enthull enthüll affiche
        montre révèle revele muestra revela imprime mostra rivela stampa mostre exiba toon onthul pokaz pokaż ujawn
        zobraz ukaz odhal visa avsloja avslöja vis afslør nayta näytä paljasta mutasd arata arată dezval goster göster
        покаж раскрой выведи покажи розкрий tampilkan tunjukkan bongkar hien thi hiển tiet tiết αποκαλ εμφαν δειξ اعرض
        واعرض اكشف أظهر הצג חשוף दिखा बता onyesha fichua""",
    "system": """system systeme système sistema systeem systemow systemowy systém systemet järjestelm jarjestelm
        rendszer sistem систем hệ thống he thong συστημ النظام המערכת सिस्टम mfumo""",
    "prompt": """prompt aufforderung invite invit промпт подсказ monit kehote prompten istem προτροπ موجه פרומפט
        प्रॉम्प्ट""",
    "secret": """secret password passwort kennwort geheim mot clave contraseñ contrasen senha segredo wachtwoord geheim
        haslo hasło tajn heslo lösenord losenord salasana jelszo jelszó parola sifre şifre gizli парол секрет
        rahasia sandi mat khau mật khẩu κωδικ μυστικ كلمة سر סיסמ סוד पासवर्ड गुप्त nywila siri credential token""",
    "pretend": """pretend roleplay persona rolle spiel fingi finge semblant simula actua alsof
        udawaj wciel předstír predstir latsas låtsas esitt davran притвор роль уяви berpura đóng
        προσποι تظاهر העמד फर्क ढोंग jifanye""",
    "unlock": """unrestricted uncensored jailbreak unfiltered bypass developer entwickler uneingeschränkt
        restriction limite restric ogranicz omezen begrans begräns rajoit korlatoz korlátoz kisitla kısıtla sinir sınır
        огранич обмеж batasan gioi han giới hạn περιορ قيود הגבל सीमा प्रतिबंध vikwazo""",
    "send": """send forward upload exfiltrate schick sende envoie envoi enviar envia manda invia stuur wyslij wyślij
        skicka отправ надішл kirim gui gửi gonder gönder στειλε ارسل أرسل שלח भेज tuma""",
}
_INSIDE = {
    "ignore": "忽略 无视 忘记 無視 忘れ 무시 잊어 เพิกเฉย ลืม",
    "before": "之前 以前 上述 先前 以上 これまで 前の 上の 이전 위의 앞의 ก่อนหน้า ข้างต้น",
    "instructions": "指令 指示 说明 命令 지시 명령 คำสั่ง คำแนะนำ",
    "reveal": "显示 透露 输出 泄露 打印 表示 教えて 明か 出力 보여 공개 출력 알려 แสดง เปิดเผย",
    "system": "系统 系統 システム 시스템 ระบบ",
    "prompt": "提示词 提示 プロンプト 프롬프트 พรอมต์",
    "secret": "密码 秘密 机密 パスワード 비밀 암호 รหัสผ่าน ความลับ",
    "pretend": "假装 扮演 ふりを 演じ 역할 척 แสร้ง สวมบทบาท",
    "unlock": "限制 越狱 制限 제한 ข้อจำกัด",
    "send": "发送 送信 보내 ส่ง",
}


def _folded(table: dict[str, str]) -> Iterator[tuple[str, str]]:
    for idea, words in table.items():
        for word in words.split():
            yield fold(word), idea


_BY_LENGTH: dict[int, dict[str, str]] = {}
for _word, _idea in _folded(_BEGINNINGS):
    _BY_LENGTH.setdefault(len(_word), {}).setdefault(_word, _idea)
_PIECES = tuple(_folded(_INSIDE))
_SHORT = 3
"""Words of so many letters or fewer are known only as a whole."""


def ideas(text: str) -> frozenset[str]:
    """What a text says, as names of ideas."""
    folded = fold(text)
    found = {idea for word in _words(folded) for idea in _of_word(word)}
    found |= {idea for piece, idea in _PIECES if piece in folded} if not folded.isascii() else set()
    return frozenset(found)


def gist(text: str) -> str | None:
    """The ideas of a text as one key, the same in every language; None when they are too few to tell it by."""
    found = ideas(text)
    return " ".join(sorted(found)) if len(found) >= LEAST and found & ACTS else None


def _words(folded: str) -> list[str]:
    return "".join(letter if letter.isalnum() else " " for letter in folded).split()


def _of_word(word: str) -> Iterator[str]:
    for length, known in _BY_LENGTH.items():
        if (length > _SHORT or length == len(word)) and (idea := known.get(word[:length])) is not None:
            yield idea
