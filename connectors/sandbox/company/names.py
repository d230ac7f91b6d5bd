"""Word lists: common first and last names, nicknames, places, trades and goods."""

from __future__ import annotations

from typing import NamedTuple


class Country(NamedTuple):
    """What differs from country to country. cities: name, region, first digits of the postcode, its length."""

    code: str
    name: str
    language: str
    share: float
    women: list[str]
    men: list[str]
    last: list[str]
    streets: list[str]
    cities: list[tuple[str, str, str]]
    variants: list[str]
    vat_percent: int


def words(text: str, mark: str | None = None) -> list[str]:
    """The words of a text, parted by spaces or by a mark."""
    return text.split(mark)


_DE_WOMEN = words(
    "Anna Maria Ursula Monika Petra Elisabeth Sabine Renate Helga Karin Brigitte Ingrid Erika Andrea Gisela Claudia "
    "Susanne Gabriele Christa Christine Hildegard Anja Barbara Martina Katharina Stefanie Julia Nicole Heike Silke "
    "Lena Laura Sarah Lea Hannah Sophie Johanna Franziska Jana Carolin Birgit Ulrike Melanie Nadine Sandra Tanja"
)
_DE_MEN = words(
    "Peter Wolfgang Michael Werner Klaus Thomas Manfred Helmut Jürgen Heinz Gerhard Andreas Hans Josef Günther Dieter "
    "Horst Walter Frank Bernd Karl Herbert Franz Martin Uwe Georg Heinrich Stefan Christian Karl-Heinz Rudolf Kurt "
    "Lukas Jonas Felix Maximilian Paul Leon Tim Jan Tobias Sebastian Florian Matthias Alexander Markus"
)
_DE_LAST = words(
    "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein Wolf "
    "Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt Werner Schmitz Krause Meier "
    "Lehmann Schmid Schulze Maier Köhler Herrmann König Walter Mayer Huber Kaiser Fuchs Peters Lang Scholz Möller "
    "Weiß Jung Hahn Schubert Vogel Friedrich Keller Günther Frank Berger Winkler Roth Beck Lorenz Baumann Franke "
    "Albrecht Schuster Simon Ludwig Böhm Winter Kraus Martin Schumacher Krämer Vogt Stein Jäger Otto Sommer Groß "
    "Seidel Heinrich Brandt Haas Schreiber Graf Schulte Dietrich Ziegler Kuhn Kühn Pohl Engel Horn Busch Bergmann "
    "Thomas Voigt Sauer Arnold Wolff Pfeiffer"
)
_FR_WOMEN = words(
    "Marie Nathalie Isabelle Sylvie Catherine Martine Christine Françoise Valérie Sandrine Stéphanie Véronique Sophie "
    "Céline Chantal Patricia Anne Brigitte Julie Monique Aurélie Nicole Laurence Annie Émilie Dominique Virginie "
    "Corinne Élodie Christelle Camille Caroline Léa Sarah Florence Laetitia Audrey Hélène Laura Manon Michèle Cécile"
)
_FR_MEN = words(
    "Jean Philippe Michel Alain Patrick Nicolas Christophe Pierre Christian Éric Frédéric Laurent Stéphane David "
    "Pascal Daniel Alexandre Julien Thierry Olivier Bernard Thomas Sébastien Gérard Didier Dominique Vincent François "
    "Bruno Guillaume Jérôme Jacques Marc Maxime Romain Claude Antoine Franck Jean-Pierre Anthony Kévin Gilles Cédric"
)
_FR_LAST = words(
    "Martin Bernard Thomas Petit Robert Richard Durand Dubois Moreau Laurent Simon Michel Lefebvre Leroy Roux David "
    "Bertrand Morel Fournier Girard Bonnet Dupont Lambert Fontaine Rousseau Vincent Muller Lefèvre Faure André Mercier "
    "Blanc Guérin Boyer Garnier Chevalier François Legrand Gauthier Garcia Perrin Robin Clément Morin Nicolas Henry "
    "Roussel Mathieu Gautier Masson Marchand Duval Denis Dumont Marie Lemaire Noël Meyer Dufour Meunier Brun "
    "Blanchard Giraud Joly Rivière Lucas Brunet Gaillard Barbier Arnaud Martinez Gérard Roche Renard Schmitt Roy "
    "Leroux Colin Vidal Caron Picard Roger Fabre Aubert Lemoine Renaud Dumas Lacroix Olivier Philippe Bourgeois Pierre "
    "Benoît Rey Leclerc Payet Rolland Leclercq Guillaume Lecomte"
)
_EN_WOMEN = words(
    "Mary Patricia Jennifer Linda Elizabeth Barbara Susan Jessica Sarah Karen Lisa Nancy Betty Margaret Sandra Ashley "
    "Kimberly Emily Donna Michelle Carol Amanda Dorothy Melissa Deborah Stephanie Rebecca Sharon Laura Cynthia "
    "Kathleen Amy Angela Shirley Anna Brenda Pamela Emma Nicole Helen Samantha Katherine Christine Rachel Olivia"
)
_EN_MEN = words(
    "James Robert John Michael David William Richard Joseph Thomas Christopher Charles Daniel Matthew Anthony Mark "
    "Donald Steven Andrew Paul Joshua Kenneth Kevin Brian George Timothy Ronald Jason Edward Jeffrey Ryan Jacob "
    "Gary Nicholas Eric Jonathan Stephen Larry Justin Scott Brandon Benjamin Samuel Gregory Alexander Patrick"
)
_EN_LAST = words(
    "Smith Johnson Williams Brown Jones Miller Davis Wilson Anderson Taylor Moore Jackson Thompson White Harris Clark "
    "Lewis Robinson Walker Young Allen King Wright Scott Hill Green Adams Nelson Baker Hall Campbell Mitchell Carter "
    "Roberts Phillips Evans Turner Parker Collins Edwards Stewart Morris Murphy Cook Rogers Morgan Peterson Cooper "
    "Reed Bailey Bell Kelly Howard Ward Cox Richardson Wood Watson Brooks Bennett Gray Hughes Price Myers Long Foster "
    "Sanders Ross Powell Sullivan Russell Jenkins Perry Butler Barnes Fisher Henderson Coleman Simmons Patterson "
    "Graham Reynolds Griffin Wallace Cole West Hayes Bryant Gibson Ellis Stevens Ford Marshall Owens Harrison "
    "O'Brien O'Connor Palmer Hunt Mills Webb"
)

COUNTRIES = [
    Country(
        "DE",
        "Germany",
        "de",
        0.36,
        _DE_WOMEN,
        _DE_MEN,
        _DE_LAST,
        words(
            "Hauptstraße,Schulstraße,Gartenstraße,Bahnhofstraße,Dorfstraße,Bergstraße,Birkenweg,Lindenstraße,Kirchstraße,"
            "Waldstraße,Ringstraße,Schillerstraße,Goethestraße,Amselweg,Wiesenweg,Mühlenweg,Feldstraße,Am Markt",
            ",",
        ),
        [
            ("Berlin", "Berlin", "10"),
            ("Hamburg", "Hamburg", "20"),
            ("München", "Bayern", "80"),
            ("Köln", "Nordrhein-Westfalen", "50"),
            ("Frankfurt am Main", "Hessen", "60"),
            ("Stuttgart", "Baden-Württemberg", "70"),
            ("Leipzig", "Sachsen", "04"),
            ("Bremen", "Bremen", "28"),
        ],
        ["Germany", "Deutschland", "DE", "germany", "BRD"],
        19,
    ),
    Country(
        "FR",
        "France",
        "fr",
        0.22,
        _FR_WOMEN,
        _FR_MEN,
        _FR_LAST,
        words(
            "Rue de l'Église,Rue du Moulin,Place de la Mairie,Rue de la Gare,Rue des Écoles,Rue Victor Hugo,Rue "
            "Pasteur,"
            "Avenue de la République,Rue du Château,Rue des Lilas,Chemin des Vignes,Impasse des Roses,Rue de Verdun",
            ",",
        ),
        [
            ("Paris", "Île-de-France", "75"),
            ("Lyon", "Auvergne-Rhône-Alpes", "69"),
            ("Marseille", "PACA", "13"),
            ("Toulouse", "Occitanie", "31"),
            ("Nantes", "Pays de la Loire", "44"),
            ("Lille", "Hauts-de-France", "59"),
        ],
        ["France", "FR", "france", "FRA"],
        20,
    ),
    Country(
        "GB",
        "United Kingdom",
        "en",
        0.22,
        _EN_WOMEN,
        _EN_MEN,
        _EN_LAST,
        words(
            "High Street,Station Road,Main Street,Park Road,Church Road,Church Street,London Road,Victoria Road,"
            "Green Lane,"
            "Manor Road,Church Lane,Park Avenue,The Avenue,The Crescent,Queens Road,New Road,Grange Road,Kings Road",
            ",",
        ),
        [
            ("London", "Greater London", "SE"),
            ("Manchester", "Greater Manchester", "M"),
            ("Leeds", "West Yorkshire", "LS"),
            ("Birmingham", "West Midlands", "B"),
            ("Bristol", "Bristol", "BS"),
            ("Edinburgh", "Scotland", "EH"),
        ],
        ["United Kingdom", "UK", "GB", "England", "Great Britain"],
        20,
    ),
    Country(
        "US",
        "United States",
        "en",
        0.20,
        _EN_WOMEN,
        _EN_MEN,
        _EN_LAST,
        words(
            "Main Street,Oak Street,Pine Street,Maple Avenue,Cedar Lane,Elm Street,Washington Avenue,Lake Drive,"
            "Hill Road,"
            "Park Avenue,Walnut Street,Spring Street,North Street,Ridge Road,Sunset Boulevard,River Road",
            ",",
        ),
        [
            ("New York", "NY", "100"),
            ("Chicago", "IL", "606"),
            ("Houston", "TX", "770"),
            ("Seattle", "WA", "981"),
            ("Boston", "MA", "021"),
            ("Denver", "CO", "802"),
            ("Atlanta", "GA", "303"),
        ],
        ["United States", "USA", "US", "U.S.", "United States of America"],
        0,
    ),
]

NICKNAMES = {
    "Katharina": "Kathi", "Johanna": "Hanna", "Elisabeth": "Lisa", "Stefanie": "Steffi", "Susanne": "Susi",
    "Gabriele": "Gabi", "Michael": "Michi", "Wolfgang": "Wolf", "Maximilian": "Max", "Alexander": "Alex",
    "Andreas": "Andi", "Sebastian": "Basti", "Matthias": "Matze", "Tobias": "Tobi", "Christian": "Chris",
    "Heinrich": "Heiner", "Josef": "Sepp", "Franziska": "Franzi", "Nathalie": "Nath", "Isabelle": "Isa",
    "Stéphanie": "Steph", "Véronique": "Véro", "Frédéric": "Fred", "Christophe": "Chris", "Philippe": "Phil",
    "Alexandre": "Alex", "Sébastien": "Seb", "Guillaume": "Guigui", "Aurélie": "Lili", "Virginie": "Vivi",
    "Caroline": "Caro", "Patricia": "Pat", "Elizabeth": "Liz", "Jennifer": "Jenny", "Susan": "Sue",
    "Margaret": "Maggie",
    "Kimberly": "Kim", "Deborah": "Debbie", "Stephanie": "Steph", "Rebecca": "Becky", "Katherine": "Kate",
    "Robert": "Bob", "James": "Jim", "William": "Bill", "Richard": "Rick", "Joseph": "Joe", "Thomas": "Tom",
    "Christopher": "Chris", "Charles": "Charlie", "Daniel": "Dan", "Matthew": "Matt", "Anthony": "Tony",
    "Steven": "Steve", "Andrew": "Andy", "Joshua": "Josh", "Kenneth": "Ken", "Timothy": "Tim", "Edward": "Ed",
    "Jeffrey": "Jeff", "Nicholas": "Nick", "Jonathan": "Jon", "Stephen": "Steve", "Benjamin": "Ben", "Samuel": "Sam",
    "Gregory": "Greg", "Pamela": "Pam", "Samantha": "Sam", "Cynthia": "Cindy", "Kathleen": "Kathy",
}  # fmt: skip

MAIL_DOMAINS = ["example.com", "mail.example", "post.example", "example.org", "webmail.test", "example.net"]
OLD_MAIL_DOMAINS = ["oldmail.example", "dialup.test", "campus.example"]

TRADES = [
    "Logistics", "Software", "Foods", "Textiles", "Energy", "Consulting", "Machinery", "Media", "Pharma", "Travel",
    "Furniture", "Paper", "Optics", "Robotics", "Interiors", "Analytics", "Gardens", "Print",
]  # fmt: skip
COMPANY_WORDS = [
    "North", "Blue", "Alder", "Harbour", "Stone", "Bright", "River", "Summit", "Cobalt", "Maple", "Orbit", "Lumen",
    "Atlas", "Delta", "Prime", "Vector", "Willow", "Falcon", "Granite", "Amber", "Cedar", "Nova", "Polar", "Quartz",
]  # fmt: skip
LEGAL_FORMS = {"DE": "GmbH", "FR": "SARL", "GB": "Ltd", "US": "Inc."}
INDUSTRIES = [
    "LOGISTICS_AND_SUPPLY_CHAIN", "COMPUTER_SOFTWARE", "FOOD_PRODUCTION", "TEXTILES", "RENEWABLES_ENVIRONMENT",
    "MANAGEMENT_CONSULTING", "MACHINERY", "MEDIA_PRODUCTION", "PHARMACEUTICALS", "LEISURE_TRAVEL_TOURISM",
]  # fmt: skip
JOBS = [
    "Buyer", "Head of Purchasing", "Managing Director", "Office Manager", "IT Manager", "Marketing Manager", "CFO",
    "Sales Manager", "Operations Manager", "Assistant", "Project Manager", "Warehouse Manager", "Owner", "HR Manager",
]  # fmt: skip

GOODS = {
    "Coffee": (["House Blend", "Dark Roast", "Single Origin", "Decaf", "Espresso Beans"], 690, 2490),
    "Tea": (["Earl Grey", "Green Sencha", "Rooibos", "Peppermint", "Darjeeling"], 490, 1690),
    "Kitchen": (["Pour-over Set", "Cast Iron Pan", "Paring Knife", "Cutting Board", "Mixing Bowl"], 1290, 8990),
    "Home": (["Wool Blanket", "Candle", "Linen Cushion", "Vase", "Picture Frame"], 990, 12900),
    "Garden": (["Herb Kit", "Watering Can", "Seed Box", "Pruning Shears", "Bird House"], 790, 5490),
    "Stationery": (["Notebook", "Fountain Pen", "Desk Calendar", "Letter Set", "Ink"], 390, 4990),
    "Gifts": (["Gift Box", "Hamper", "Gift Card", "Advent Calendar", "Greeting Cards"], 990, 9990),
    "Services": (["Barista Course", "Grinder Service", "Tasting Evening", "Repair", "Engraving"], 2900, 14900),
}
VARIANTS = ["Small", "Large", "Classic"]
