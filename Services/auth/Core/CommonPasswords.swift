/// Passwords of eight characters and more that guessing begins with; shorter ones are refused for
/// their length.
enum CommonPasswords {
  static let all = Set(text.split { $0.isWhitespace }.map(String.init))

  private static let text = """
    12345678 123456789 1234567890 87654321 11111111 00000000 password passw0rd p@ssword p@ssw0rd
    password1 password12 password123 password1234 password! password1! password123! passwords
    mypassword newpassword thepassword yourpassword changeme changeme1 changeme123 changeit
    letmein1 letmein12 letmein123 letmeinnow welcome1 welcome12 welcome123 welcome1234 welcome!
    qwertyui qwertyuiop qwerty12 qwerty123 qwerty1234 qwerty12345 qwertyuiop123 1q2w3e4r 1q2w3e4r5t
    1qaz2wsx q1w2e3r4 q1w2e3r4t5 zaq12wsx zaq1zaq1 1qazxsw2 qazwsxedc asdfghjk asdfghjkl zxcvbnm1
    zxcvbnm123 asdfasdf qweasdzxc qweqweqwe asdf1234 asdfqwer abcd1234 abcdefgh abc12345 abc123456
    a1b2c3d4 aa123456 aaaaaaaa abcabcabc 1234abcd 123abc123 12341234 123123123 11223344 12121212
    88888888 99999999 77777777 66666666 55555555 22222222 33333333 44444444 123321123 147258369
    741852963 987654321 0123456789 9876543210 1029384756 19841984 19851985 20002000 13131313
    iloveyou iloveyou1 iloveyou2 iloveyou! iloveyou123 iloveme1 loveyou1 lovelove loveme12
    sunshine sunshine1 princess princess1 football football1 baseball baseball1 basketball
    superman superman1 batman123 spiderman starwars starwars1 pokemon1 pokemon123 dragon123
    dragonball monkey123 shadow123 master123 masterkey michael1 michelle jennifer jessica1
    charlie1 jonathan samantha danielle nicholas patricia elizabeth alexander alexandra
    christian christine benjamin victoria isabella veronica caroline stephanie
    computer computer1 internet internet1 samsung1 samsung123 microsoft windows7 windows10
    administrator admin123 admin1234 admin12345 admin123! adminadmin administrator1 root1234
    rootroot toortoor testtest test1234 test12345 testing1 testing123 tester123 user1234 guest123
    default1 secret123 secret1234 topsecret trustno1 whatever whatever1 nothing1 something
    access14 accesskey letmeinplease opensesame hello123 hello1234 hellohello helloworld goodbye1
    december november september football123 summer2020 summer2021 summer2022 summer2023 summer2024
    summer2025 winter2020 winter2021 winter2022 winter2023 winter2024 winter2025 spring2023
    spring2024 spring2025 autumn2023 autumn2024 autumn2025 january1 february october1
    liverpool liverpool1 chelsea1 arsenal1 barcelona manchester juventus realmadrid yankees1
    cowboys1 steelers lakers24 mustang1 corvette mercedes porsche1 ferrari1 yamaha12 harley12
    butterfly chocolate cheesecake strawberry blueberry pineapple cookie123 cookies1 flower123
    rainbow1 swordfish marlboro midnight mountain elephant dolphin1 panthers tigger12 snoopy12
    garfield scooby12 mickey12 hellokitty barbie12 babygirl babygirl1 sweetheart sweetie1
    beautiful gorgeous precious1 angel123 angels12 lovely12 forever1 forever21 diamond1 platinum
    einstein champion fantasia godzilla skywalker darkness matrix12 phoenix1 thunder1 lightning
    warcraft starcraft counter1 minecraft minecraft1 fortnite fortnite1 playstation nintendo
    startrek blink182 metallica slipknot nirvana1 greenday eminem12 rockstar rockstar1 guitar12
    qwerasdf qwerfdsa poiuytrewq lkjhgfdsa mnbvcxz1 !qaz2wsx !@#$%^&* 1234qwer 123qweasd
    123qweasdzxc 123456qwerty 123456789a 123456789q a123456789 q123456789 1234567a 12345678a
    asd123456 qwe123456 zxc123456 aa12345678 abc123abc pass1234 pass12345 passpass passport
    passphrase password2 password3 password01 password11 password99 password2023 password2024
    password2025 passwort passwort1 motdepasse contrasena contraseña parola123 senha123 geheim123
    """
}
