"""People whom one system has in their own letters and another one in Latin ones, as they spell themselves: fourteen languages.

The spellings are those in common use (passports, newspapers, the bearers' own), not what a romanisation makes of the letters.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

COLUMNS = ("person", "source", "first_name", "last_name", "birth_date", "city", "country")
# Country: first names; last names; cities. Own letters, then Latin spellings with '/' between.
NAMES = {
    "RU": (
        "Дмитрий Dmitry/Dmitri/Dmitriy, Сергей Sergey/Sergei, Наталья Natalia/Natalya, Юлия Julia/Yulia, "
        "Алексей Alexey/Aleksei, Евгения Evgenia/Yevgenia, Михаил Mikhail/Michail, Екатерина Ekaterina/Yekaterina, "
        "Андрей Andrey/Andrei, Татьяна Tatiana/Tatyana, Илья Ilya/Ilia, Фёдор Fedor/Fyodor, Ксения Ksenia/Xenia, "
        "Виктор Viktor/Victor, Галина Galina, Софья Sofia/Sofya, Павел Pavel, Анна Anna, Людмила Lyudmila/Liudmila, "
        "Роман Roman, Степан Stepan, Любовь Lyubov/Liubov, Егор Egor/Yegor, Вера Vera, Глеб Gleb, Зинаида Zinaida",
        "Соловьёв Soloviev/Solovyov, Щербаков Shcherbakov, Васильев Vasiliev/Vasilyev, Хрущёв Khrushchev/Khrushchov, "
        "Зайцев Zaitsev/Zaytsev, Жуков Zhukov, Чернышёв Chernyshev/Chernyshov, Цветаев Tsvetaev, Юдин Yudin, "
        "Яковлев Yakovlev/Iakovlev, Горький Gorky/Gorki, Тимофеев Timofeev/Timofeyev, Объедков Obedkov, "
        "Хохлов Khokhlov/Hohlov, Шевцов Shevtsov, Лебедев Lebedev, Кузнецов Kuznetsov, Смирнов Smirnov, Попов Popov, "
        "Морозов Morozov, Волков Volkov, Щукин Shchukin, Ефимов Efimov/Yefimov, Крылов Krylov, Фролов Frolov, "
        "Чайковский Tchaikovsky/Chaikovsky",
        "Москва Moscow, Казань Kazan",
    ),
    "UA": (
        "Сергій Serhii/Sergiy, Олена Olena, Юрій Yurii/Yuriy, Євген Yevhen, Ірина Iryna, Наталія Nataliia/Natalia, "
        "Андрій Andrii/Andriy, Оксана Oksana, Дмитро Dmytro, Галина Halyna, Микола Mykola, Тетяна Tetiana/Tetyana, "
        "Володимир Volodymyr, Ганна Hanna, Василь Vasyl, Людмила Liudmyla/Lyudmyla, Роман Roman, Катерина Kateryna, "
        "Павло Pavlo, Софія Sofiia/Sofia, Богдан Bohdan/Bogdan, Лариса Larysa, Тарас Taras, Марина Maryna/Marina",
        "Шевченко Shevchenko, Гончаренко Honcharenko/Goncharenko, Коваленко Kovalenko, Ткачук Tkachuk, Їжак Yizhak, "
        "Щербань Shcherban, Кравчук Kravchuk, Григоренко Hryhorenko/Grigorenko, Бойко Boiko/Boyko, "
        "Зеленський Zelensky/Zelenskyy, Лисенко Lysenko, Мельник Melnyk/Melnik, Захарченко Zakharchenko, Ющенко Yushchenko, "
        "Петренко Petrenko, Романюк Romaniuk/Romanyuk, Сидоренко Sydorenko, Яценюк Yatseniuk/Yatsenyuk, Поліщук Polishchuk, "
        "Данилюк Danyliuk, Білоус Bilous, Левченко Levchenko, Руденко Rudenko, Савчук Savchuk",
        "Київ Kyiv, Львів Lviv",
    ),
    "BG": (
        "Димитър Dimitar/Dimiter, Георги Georgi, Иван Ivan, Мария Maria/Mariya, Николай Nikolay/Nikolai, Елена Elena, "
        "Красимир Krasimir, Цветана Tsvetana, Йордан Yordan/Jordan, Стоян Stoyan, Живко Zhivko, Юлиян Yulian/Julian, "
        "Ангел Angel, Бойко Boyko, Петър Petar/Peter, Ваня Vanya/Vania, Христо Hristo, Снежана Snezhana, Пламен Plamen, "
        "Росица Rositsa/Rossitza, Тодор Todor, Радка Radka, Емил Emil, Гергана Gergana",
        "Търновски Tarnovski, Димитров Dimitrov, Стоянов Stoyanov, Петков Petkov, Христов Hristov, "
        "Желязков Zhelyazkov/Jeliazkov, Йорданов Yordanov/Jordanov, Цанков Tsankov/Tzankov, Ганчев Ganchev, "
        "Вълчев Valchev/Vulchev, Живков Zhivkov, Щерев Shterev, Ангелов Angelov, Караджов Karadzhov, Иванов Ivanov, "
        "Николов Nikolov, Тодоров Todorov, Михайлов Mihaylov/Mihailov, Костов Kostov, Илиев Iliev, Василев Vasilev/Vassilev, "
        "Добрев Dobrev, Русев Rusev/Roussev, Маринов Marinov",
        "София Sofia, Пловдив Plovdiv",
    ),
    "GR": (
        "Γιώργος Giorgos/Yiorgos, Χρήστος Christos/Hristos, Ευάγγελος Evangelos, Ελένη Eleni, Δημήτρης Dimitris, "
        "Κωνσταντίνος Konstantinos/Constantinos, Αικατερίνη Aikaterini/Ekaterini, Βασίλης Vasilis/Vassilis, "
        "Σοφία Sofia/Sophia, Παναγιώτης Panagiotis/Panayiotis, Μαρία Maria, Αθανάσιος Athanasios, Ιωάννα Ioanna, "
        "Θεόδωρος Theodoros, Άγγελος Angelos, Φώτης Fotis/Photis, Νίκος Nikos, Αναστασία Anastasia, Σπύρος Spyros/Spiros, "
        "Δέσποινα Despina/Despoina, Στέλιος Stelios, Ειρήνη Eirini/Irini, Μιχάλης Michalis/Mihalis, "
        "Χρυσούλα Chrysoula/Hrisoula, Γεράσιμος Gerasimos, Κατερίνα Katerina",
        "Οικονόμου Oikonomou/Ikonomou/Economou, Παπαδόπουλος Papadopoulos, Μπαλτάς Baltas, Χατζής Hatzis/Chatzis, "
        "Γεωργίου Georgiou, Νικολάου Nikolaou/Nicolaou, Παπαγεωργίου Papageorgiou, Αγγελόπουλος Angelopoulos/Aggelopoulos, "
        "Κωστόπουλος Kostopoulos, Τσίπρας Tsipras, Βλάχος Vlachos/Vlahos, Ευθυμίου Efthymiou/Efthimiou, Ντούκας Doukas/Dukas, "
        "Λαμπρόπουλος Lambropoulos/Lampropoulos, Δημητρίου Dimitriou, Καραγιάννης Karagiannis/Karayiannis, Μακρής Makris, "
        "Σταυρόπουλος Stavropoulos, Ζαχαρίου Zachariou, Κουτσούκος Koutsoukos, Ρούσσος Roussos/Rousos, Αντωνίου Antoniou, "
        "Φωτόπουλος Fotopoulos, Ξενάκης Xenakis",
        "Αθήνα Athens/Athina, Πάτρα Patras/Patra",
    ),
    "EG": (
        "محمد Mohamed/Mohammed/Muhammad, أحمد Ahmed/Ahmad, فاطمة Fatma/Fatima, مصطفى Mostafa/Mustafa, خالد Khaled/Khalid, "
        "يوسف Youssef/Yousef, عائشة Aisha/Aicha, عمر Omar/Umar, إبراهيم Ibrahim, نور Nour/Noor, حسين Hussein/Hossein, "
        "مريم Mariam/Maryam, سعيد Saeed/Said, ليلى Layla/Leila, طارق Tarek/Tariq, جمال Gamal/Jamal, حسن Hassan, "
        "زينب Zeinab/Zaynab, سارة Sara/Sarah, عادل Adel, هدى Hoda/Huda, سامي Sami/Samy, رانيا Rania, كريم Karim/Kareem, "
        "أمينة Amina, وليد Walid/Waleed",
        "الحسن Elhassan/Al Hassan, منصور Mansour/Mansoor, صالح Saleh/Salih, حداد Haddad, سليمان Soliman/Suleiman, "
        "عثمان Osman/Othman, الشريف El Sherif/Alsharif, عبد الرحمن Abdelrahman/Abdul Rahman, زيدان Zidan/Zaidan, "
        "قاسم Kassem/Qasim, بكري Bakri/Bakry, خليل Khalil/Khaleel, درويش Darwish, فاروق Farouk/Faruq, المصري Elmasry/Al Masri, "
        "عبد الله Abdullah/Abdallah, شاهين Shahin/Shaheen, بدوي Badawi/Badawy, رمضان Ramadan, غانم Ghanem/Ghanim, "
        "حمدي Hamdi/Hamdy, النجار El Naggar/Alnajjar, مراد Mourad/Murad, عوض Awad",
        "القاهرة Cairo, الإسكندرية Alexandria",
    ),
    "IL": (
        "משה Moshe, רחל Rachel/Rahel, יוסף Yosef/Joseph, שרה Sarah/Sara, אברהם Avraham, דוד David, מרים Miriam, "
        "יעקב Yaakov/Jacob, חיים Chaim/Haim, נועה Noa, אורי Uri/Ori, תמר Tamar, איתן Eitan/Eytan, שלומית Shlomit, "
        "גבריאל Gabriel/Gavriel, ליאור Lior, יצחק Yitzhak/Itzhak, לאה Leah/Lea, אליהו Eliyahu, רבקה Rivka, דניאל Daniel, "
        "אסתר Esther/Ester, שמעון Shimon/Simon, מיכל Michal, עומר Omer, דינה Dina",
        "כהן Cohen, לוי Levi/Levy, פרידמן Friedman/Fridman, מזרחי Mizrahi/Mizrachi, פרץ Peretz, ביטון Biton, אברהמי Avrahami, "
        "שפירא Shapira/Shapiro, גולדברג Goldberg, חדד Hadad/Haddad, אוחיון Ohayon, רוזנברג Rosenberg, קליין Klein, "
        "צדוק Tzadok/Zadok, גבאי Gabay/Gabbay, אזולאי Azoulay/Azulay, ברק Barak, דהן Dahan, שטרן Stern/Shtern, קפלן Kaplan, "
        "מלכה Malka, וייס Weiss/Weis, אלון Alon, סגל Segal",
        "ירושלים Jerusalem, חיפה Haifa",
    ),
    "KR": (
        "지훈 Jihoon/Ji-hoon, 수진 Soojin/Su-jin, 영호 Youngho/Young-ho, 민준 Minjun/Min-jun, 서연 Seoyeon/Seo-yeon, "
        "현우 Hyunwoo/Hyun-woo, 은지 Eunji/Eun-ji, 동현 Donghyun/Dong-hyun, 미영 Miyoung/Mi-young, 재석 Jaesuk/Jae-seok, "
        "혜진 Hyejin/Hye-jin, 성민 Sungmin/Seong-min, 유나 Yuna/Yoona, 태희 Taehee/Tae-hee, 준호 Junho/Jun-ho, 지영 Jiyoung/Ji-young, "
        "상우 Sangwoo/Sang-woo, 보람 Boram/Bo-ram, 철수 Chulsoo/Cheol-su, 예진 Yejin/Ye-jin, 기현 Kihyun/Gi-hyeon, 소희 Sohee/So-hee, "
        "진우 Jinwoo/Jin-woo, 하늘 Haneul/Ha-neul",
        "이 Lee/Yi, 박 Park, 정 Jung/Jeong/Chung, 최 Choi, 김 Kim, 강 Kang, 조 Cho/Jo, 윤 Yoon/Yun, 장 Jang/Chang, 임 Lim/Im, 한 Han, "
        "오 Oh, 서 Seo/Suh, 신 Shin, 권 Kwon, 황 Hwang, 안 Ahn/An, 송 Song, 유 Yoo/Yu, 홍 Hong, 고 Ko, 문 Moon/Mun, 손 Son/Sohn, 배 Bae",
        "서울 Seoul, 부산 Busan",
    ),
    "JP": (
        "翔太 Shota, 健二 Kenji, 花子 Hanako, 陽子 Yoko, 太郎 Taro, 美咲 Misaki, さくら Sakura, ケンジ Kenji, 大輔 Daisuke, 由美子 Yumiko, 直樹 Naoki, "
        "愛 Ai, 浩 Hiroshi, 真由美 Mayumi, 拓也 Takuya, 恵子 Keiko, 隆 Takashi, 裕子 Yuko/Hiroko, 健太 Kenta, 明美 Akemi, 亮 Ryo, 智子 Tomoko, "
        "みどり Midori, 結衣 Yui",
        "佐藤 Sato/Satoh, 鈴木 Suzuki, 高橋 Takahashi, 田中 Tanaka, 伊藤 Ito/Itoh, 渡辺 Watanabe, 山本 Yamamoto, 中村 Nakamura, 小林 Kobayashi, "
        "加藤 Kato, 吉田 Yoshida, 山田 Yamada, 服部 Hattori, 大野 Ono/Ohno, 松本 Matsumoto, 井上 Inoue, 木村 Kimura, 清水 Shimizu, 斎藤 Saito, "
        "池田 Ikeda, 橋本 Hashimoto, 石川 Ishikawa, 前田 Maeda, 藤田 Fujita",
        "東京 Tokyo, 大阪 Osaka",
    ),
    "CN": (
        "小明 Xiaoming/Xiao Ming, 娜 Na, 伟 Wei, 芳 Fang, 秀英 Xiuying, 丽华 Lihua, 强 Qiang, 静怡 Jingyi, 志强 Zhiqiang, 晓红 Xiaohong, "
        "建军 Jianjun, 雪梅 Xuemei, 子涵 Zihan, 浩然 Haoran, 敏 Min, 建国 Jianguo, 红梅 Hongmei, 鹏 Peng, 婷婷 Tingting, 海燕 Haiyan, "
        "国强 Guoqiang, 佳 Jia, 雨欣 Yuxin, 文博 Wenbo",
        "王 Wang, 李 Li, 张 Zhang, 刘 Liu, 陈 Chen, 杨 Yang, 赵 Zhao, 黄 Huang, 周 Zhou, 吴 Wu, 徐 Xu, 孙 Sun, 朱 Zhu, 欧阳 Ouyang, 胡 Hu, "
        "郭 Guo, 何 He, 高 Gao, 林 Lin, 罗 Luo, 郑 Zheng, 梁 Liang, 谢 Xie, 宋 Song",
        "北京 Beijing, 上海 Shanghai",
    ),
    "TW": (
        "建國 Jianguo, 淑芬 Shufen/Shu-fen, 志明 Zhiming/Chih-ming, 美玲 Meiling/Mei-ling, 俊傑 Junjie/Chun-chieh, 雅婷 Yating/Ya-ting, "
        "家豪 Jiahao/Chia-hao, 怡君 Yijun/Yi-chun, 宗翰 Zonghan/Tsung-han, 惠美 Huimei/Hui-mei, 文雄 Wenxiong/Wen-hsiung, "
        "麗珠 Lizhu/Li-chu, 佩君 Peijun/Pei-chun, 承翰 Chenghan/Cheng-han, 詩涵 Shihan/Shih-han, 冠宇 Guanyu/Kuan-yu, 心怡 Xinyi/Hsin-yi, "
        "柏翰 Bohan/Po-han, 秀英 Xiuying/Hsiu-ying, 明哲 Mingzhe/Ming-che, 欣怡 Xinyi/Hsin-yi, 婉婷 Wanting/Wan-ting",
        "許 Hsu/Xu, 陳 Chen, 林 Lin, 黃 Huang, 張 Chang/Zhang, 李 Lee/Li, 吳 Wu, 蔡 Tsai/Cai, 楊 Yang, 謝 Hsieh/Xie, 郭 Kuo/Guo, "
        "鄭 Cheng/Zheng, 曾 Tseng/Zeng, 廖 Liao, 賴 Lai, 徐 Hsu/Xu, 周 Chou/Zhou, 葉 Yeh/Ye, 蘇 Su, 莊 Chuang/Zhuang, 江 Chiang/Jiang, "
        "呂 Lu",
        "台北 Taipei, 高雄 Kaohsiung",
    ),
    "IN": (
        "राहुल Rahul, दीपक Deepak/Dipak, मनीषा Manisha, अमित Amit, सुनीता Sunita, विजय Vijay, पूजा Pooja/Puja, संजय Sanjay, "
        "अनिल Anil, कविता Kavita, राजेश Rajesh, प्रिया Priya, आशीष Ashish/Aashish, लक्ष्मी Lakshmi/Laxmi, सुरेश Suresh, "
        "नेहा Neha, मोहन Mohan, गीता Geeta/Gita, अर्जुन Arjun, रेखा Rekha, विकास Vikas, सीमा Seema/Sima, मनोज Manoj, "
        "ज्योति Jyoti",
        "शर्मा Sharma, कपूर Kapoor/Kapur, सिंह Singh, वर्मा Verma/Varma, गुप्ता Gupta, मिश्रा Mishra/Misra, यादव Yadav, "
        "चौहान Chauhan/Chouhan, पटेल Patel, जोशी Joshi, मेहता Mehta, अग्रवाल Agarwal/Aggarwal, त्रिपाठी Tripathi, देसाई Desai, "
        "कुमार Kumar, शाह Shah, चौधरी Chaudhary/Choudhary, पांडेय Pandey/Pandeya, ठाकुर Thakur, सक्सेना Saxena/Saksena, "
        "तिवारी Tiwari, भट्ट Bhatt/Bhat, मल्होत्रा Malhotra, राठौड़ Rathore/Rathod",
        "दिल्ली Delhi, मुंबई Mumbai",
    ),
    "TH": (
        "สมชาย Somchai, วิมล Wimon, สุดา Suda, ประเสริฐ Prasert, มานี Manee/Mani, วิชัย Wichai/Vichai, อรุณ Arun, นภา Napa, "
        "สมศักดิ์ Somsak, กมล Kamon/Kamol, ปรีชา Preecha, ชัยวัฒน์ Chaiwat, สุรชัย Surachai, พิมพ์ Pim/Phim, มาลี Malee/Mali, "
        "ธนา Thana/Tana, กานดา Kanda, บุญเลิศ Boonlert/Bunloet, ณัฐพล Nattapon/Natthaphon, รัตนา Rattana/Ratana, "
        "ชูชาติ Chuchart/Chuchat, วรรณา Wanna",
        "ใจดี Jaidee/Chaidee, ทองดี Thongdee, สุขใจ Sukjai, แสงทอง Saengthong, บุญมี Boonmee/Bunmi, ศรีสุข Srisuk, "
        "วงศ์ไทย Wongthai, รักไทย Rakthai, พรหมมา Phromma, จันทร์แก้ว Chankaew/Jankaew, คำดี Khamdee, อินทร์แก้ว Inkaew, "
        "แก้วดี Kaewdee/Kaeodi, มั่นคง Mankong/Mankhong, ทองคำ Thongkham, สายทอง Saithong, ชัยมงคล Chaimongkol, นาคสุข Naksuk, "
        "บัวทอง Buathong, สิงห์โต Singto, ปานทอง Panthong, เพชรดี Phetdee/Petchdee",
        "กรุงเทพ Bangkok, เชียงใหม่ Chiang Mai",
    ),
    "GE": (
        "ქეთევან Ketevan/Qetevan, გიორგი Giorgi, ნინო Nino, დავით Davit/David, თამარ Tamar, ლევან Levan, მარიამ Mariam, "
        "ზურაბ Zurab, ეკატერინე Ekaterine, ირაკლი Irakli, შოთა Shota, ხათუნა Khatuna, ანა Ana, ნიკოლოზ Nikoloz, ლია Lia, "
        "ვახტანგ Vakhtang, მანანა Manana, თეიმურაზ Teimuraz, ნათია Natia, ჯემალ Jemal, სოფიო Sopio/Sofio, გოჩა Gocha",
        "ჭავჭავაძე Chavchavadze, ბერიძე Beridze, კაპანაძე Kapanadze, გელაშვილი Gelashvili, წერეთელი Tsereteli, "
        "ხარაზიშვილი Kharazishvili, ჯავახიშვილი Javakhishvili, ღლონტი Ghlonti/Glonti, კვირიკაშვილი Kvirikashvili, "
        "ჟღენტი Zhghenti/Zhgenti, შევარდნაძე Shevardnadze, მაისურაძე Maisuradze, ლომიძე Lomidze, გოგოლაძე Gogoladze, "
        "ნოზაძე Nozadze, წიკლაური Tsiklauri, ჩხეიძე Chkheidze, აბაშიძე Abashidze, დვალი Dvali, ქავთარაძე Kavtaradze, "
        "ყიფიანი Kipiani, ხუციშვილი Khutsishvili",
        "თბილისი Tbilisi, ბათუმი Batumi",
    ),
    "AM": (
        "Շուշան Shushan, Արմեն Armen, Գայանե Gayane, Տիգրան Tigran, Անահիտ Anahit, Վարդան Vardan, Հասմիկ Hasmik, "
        "Հովհաննես Hovhannes, Սուրեն Suren, Լուսինե Lusine/Lousine, Կարեն Karen, Նարեկ Narek, Արամ Aram, Նունե Nune, "
        "Գագիկ Gagik, Մարիամ Mariam, Հայկ Hayk/Haik, Սոնա Sona, Արտակ Artak, Ռուզաննա Ruzanna, Գևորգ Gevorg, Լիլիթ Lilit",
        "Պետրոսյան Petrosyan/Petrosian, Սարգսյան Sargsyan/Sarkisian, Հակոբյան Hakobyan/Hakopian, "
        "Գրիգորյան Grigoryan/Grigorian, Խաչատրյան Khachatryan/Khachaturian, Ավետիսյան Avetisyan/Avetisian, "
        "Ղազարյան Ghazaryan/Kazarian, Մկրտչյան Mkrtchyan, Ստեփանյան Stepanyan/Stepanian, Հարությունյան Harutyunyan, "
        "Մանուկյան Manukyan/Manoukian, Չիլինգարյան Chilingaryan/Chilingarian, Հովհաննիսյան Hovhannisyan/Hovhannisian, "
        "Սիմոնյան Simonyan/Simonian, Ասատրյան Asatryan/Asatrian, Դանիելյան Danielyan/Danielian, "
        "Մարտիրոսյան Martirosyan/Martirosian, Գասպարյան Gasparyan/Gasparian, Վարդանյան Vardanyan/Vardanian, "
        "Պողոսյան Poghosyan/Poghosian, Աբրահամյան Abrahamyan/Abrahamian, Բաղդասարյան Baghdasaryan/Baghdasarian",
        "Երևան Yerevan, Գյումրի Gyumri",
    ),
}  # fmt: skip
SLIP = 0.05  # of birth dates
NAMESAKES = 0.1  # of those whose name somebody has already, how many keep it


def _pairs(text: str) -> list[tuple[str, list[str]]]:
    """'משה Moshe, לוי Levi/Levy' → each name with its spellings. A name's own letters end where Latin ones begin."""
    names = []
    for entry in text.split(", "):
        at = next(n for n, letter in enumerate(entry) if letter.isascii() and letter.isalpha())
        names.append((entry[:at].strip(), entry[at:].split("/")))
    return names


def _birth_date(draw: random.Random) -> str:
    return f"{draw.randint(1940, 2004)}-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}"


def records(people: int, known: float = 0.8, with_city: bool = True, seed: int = 5) -> Iterator[tuple[str | None, ...]]:
    """Two records a person, in the order of COLUMNS: one in the own letters, one in Latin. `known`: how often a record has
    its birth date, and its city. Half of the records of other letters have the country, all of the city's letters are its own."""
    draw = random.Random(seed)
    countries = list(NAMES)
    given: set[tuple[str, str]] = set()
    for person in range(people):
        country = countries[person % len(countries)]
        firsts, lasts, cities = (_pairs(text) for text in NAMES[country])
        (first, latin_firsts), (last, latin_lasts), (city, latin_cities) = map(draw.choice, (firsts, lasts, cities))
        while (first, last) in given and draw.random() > NAMESAKES:
            (first, latin_firsts), (last, latin_lasts) = draw.choice(firsts), draw.choice(lasts)
        given.add((first, last))
        born = _birth_date(draw)
        own = (first, last, city, "own")
        latin = (draw.choice(latin_firsts), draw.choice(latin_lasts), draw.choice(latin_cities), "latin")
        for first_name, last_name, home, source in (own, latin):
            told = born
            if draw.random() < SLIP:
                told = f"{born[:8]}{draw.randint(1, 28):02}"
            yield (
                str(person), source, first_name, last_name,
                told if draw.random() < known else None,
                home if with_city and draw.random() < known else None,
                country if draw.random() < 0.5 else None,
            )  # fmt: skip
