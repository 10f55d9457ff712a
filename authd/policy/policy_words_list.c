/*
 * Words that passwords are made of first: names, seasons, places, teams, products, what a login
 * asks for, rows of a keyboard, and the same in romanised Japanese.  Written down for this program
 * from what everybody knows; digits and symbols around a word, capitals and substitutions are the
 * business of policy_words.c, so that one entry stands for thousands of passwords.  In order, for a
 * binary search.
 */
#include "config.h"

#include "authd/policy/policy_words.h"

/* clang-format off */
static const char *const words[] = {
	"abc", "abcd", "academy", "access", "account", "adidas", "admin", "adminadmin",
	"administrator", "airport", "alabama", "albert", "alexander", "alexandra", "alice",
	"allstar", "alpha", "always", "amanda", "amazing", "america", "american", "amour",
	"anderson", "andrea", "andrew", "angel", "angela", "angels", "animal", "anthony",
	"apache", "apple", "april", "aqua", "arizona", "arsenal", "arthur", "asd", "asdf",
	"asdfg", "asdfgh", "asdfghjk", "asdfghjkl", "ashley", "asia", "august", "austin",
	"australia", "autumn", "avalon", "azerty", "baby", "babygirl", "backup", "bailey",
	"banana", "bandit", "barcelona", "barney", "baseball", "basket", "basketball", "batman",
	"beach", "bear", "beautiful", "beauty", "benjamin", "bigdog", "bird", "birthday",
	"biteme", "black", "blessed", "blink", "blonde", "blossom", "blue", "bluebird", "bonjour",
	"boston", "brandon", "brasil", "brave", "brazil", "bridge", "brother", "buddy", "bunny",
	"business", "buster", "butter", "butterfly", "california", "camera", "canada", "candy",
	"captain", "cardinal", "carlos", "carolina", "cash", "casino", "castle", "catherine",
	"champion", "chance", "change", "changeit", "changeme", "changethis", "charles",
	"charlie", "charlotte", "cheese", "chelsea", "cherry", "chester", "chicago", "chicken",
	"china", "chocolate", "chris", "christian", "christmas", "cisco", "claire", "classic",
	"coffee", "college", "company", "computer", "connect", "control", "cookie", "cooper",
	"corona", "corvette", "cowboy", "crystal", "customer", "daddy", "dakota", "dallas",
	"daniel", "danielle", "database", "david", "deadpool", "december", "default", "dell",
	"demo", "destiny", "detroit", "diamond", "digital", "disney", "doctor", "dolphin",
	"domain", "donald", "dragon", "dream", "dreams", "driver", "eagle", "eagles", "earth",
	"edward", "einstein", "elephant", "elizabeth", "emily", "emperor", "energy", "england",
	"enter", "enterprise", "eternity", "ethernet", "europe", "everton", "example", "faith",
	"falcon", "family", "fantasy", "february", "ferrari", "fire", "firewall", "fish",
	"flower", "fluffy", "football", "forest", "forever", "france", "frank", "freddy",
	"freedom", "friday", "friend", "friends", "frog", "fuckyou", "fujisan", "future",
	"galaxy", "games", "gandalf", "garden", "garfield", "gateway", "genesis", "george",
	"german", "germany", "ginger", "girl", "goalie", "god", "gold", "golden", "golf",
	"google", "gordon", "grace", "green", "guest", "guitar", "gundam", "hannah", "happy",
	"harley", "harmony", "harrypotter", "hawaii", "heaven", "hello", "helloworld", "helpdesk",
	"hidden", "himitsu", "hiroshima", "hockey", "holiday", "holland", "home", "honda",
	"honey", "house", "hunter", "icecream", "iceman", "iloveu", "iloveyou", "india",
	"infinity", "inside", "instagram", "intel", "internet", "invincible", "iphone", "ireland",
	"isabella", "israel", "italia", "italy", "jackson", "jaguar", "james", "january", "japan",
	"jasmine", "jason", "jennifer", "jessica", "jesus", "johnny", "jonathan", "jordan",
	"joseph", "joshua", "july", "june", "junior", "justin", "kaisha", "kanji", "karate",
	"kawaii", "kevin", "keyboard", "killer", "king", "kitten", "kitty", "knight",
	"konnichiwa", "korea", "kyoto", "lakers", "laura", "lauren", "leader", "legend",
	"letmein", "letmeinnow", "liberty", "library", "life", "lightning", "linux", "lion",
	"liverpool", "local", "login", "logitech", "london", "loser", "louise", "love", "lovely",
	"lover", "loveyou", "lucky", "madison", "madrid", "magic", "manager", "manchester",
	"march", "maria", "marina", "marine", "mario", "market", "marlboro", "martin", "master",
	"matrix", "matthew", "maverick", "maxwell", "melissa", "member", "mercedes", "merlin",
	"metallica", "mexico", "michael", "michelle", "mickey", "microsoft", "midnight", "miller",
	"minecraft", "mississippi", "mobile", "modem", "monday", "money", "monitor", "monkey",
	"monster", "montana", "morgan", "morning", "mother", "mountain", "music", "mustang",
	"myspace", "nagoya", "naruto", "natalie", "nature", "network", "newpass", "newpassword",
	"newyork", "nicholas", "nicole", "nihon", "nintendo", "nippon", "nissan", "nobody",
	"nokia", "nothing", "november", "ocean", "october", "office", "officer", "ohayou",
	"okinawa", "oliver", "olivia", "onepiece", "online", "open", "operator", "oracle",
	"orange", "osaka", "oxford", "pacific", "panda", "panther", "paradise", "paris",
	"partner", "pass", "passcode", "passion", "passme", "passpass", "passphrase", "passw",
	"passwd", "password", "passwords", "passwort", "pasuwado", "patrick", "peace", "peaches",
	"peanut", "pepper", "peter", "phoenix", "picture", "pikachu", "pirate", "player",
	"please", "pokemon", "poland", "police", "popcorn", "porsche", "portal", "postgres",
	"power", "precious", "premium", "president", "prince", "princess", "printer", "private",
	"project", "public", "purple", "pussy", "qaz", "qazwsx", "qazwsxedc", "qwe", "qwer",
	"qwert", "qwerty", "qwertyu", "qwertyui", "qwertyuiop", "qwertz", "rabbit", "rachel",
	"radio", "radius", "raiders", "rainbow", "ranger", "rebecca", "redhat", "redsox",
	"remember", "remote", "reset", "richard", "robert", "robot", "rocky", "root", "rootroot",
	"router", "russia", "sakura", "salary", "samantha", "samsung", "samurai", "sarah",
	"saturday", "school", "scooter", "scorpion", "scott", "secret", "secure", "security",
	"sendai", "sensei", "september", "serena", "server", "service", "shadow", "shalom",
	"shannon", "shinjuku", "silver", "simple", "singapore", "skywalker", "slayer", "smile",
	"snoopy", "snow", "soccer", "socket", "solaris", "somebody", "sony", "spain", "sparky",
	"spider", "spiderman", "spring", "staff", "standard", "star", "starbucks", "startrek",
	"starwars", "stella", "steven", "student", "suika", "summer", "sunday", "sunflower",
	"sunshine", "super", "superman", "superstar", "supervisor", "support", "suzuki", "sweet",
	"sweetheart", "switch", "sysadmin", "system", "taiwan", "tanaka", "target", "taylor",
	"teacher", "teamwork", "techno", "temp", "temporary", "tennis", "tequila", "terminal",
	"test", "tester", "testing", "testtest", "texas", "thomas", "thunder", "thursday", "thx",
	"tiger", "tigger", "tinkerbell", "tokyo", "tomato", "tomcat", "toor", "toshiba", "totoro",
	"toyota", "training", "travel", "trustno", "tuesday", "turtle", "twitter", "ubuntu",
	"ultimate", "unicorn", "united", "unix", "unknown", "user", "username", "usuario",
	"vacation", "valentine", "vampire", "vanessa", "victor", "victoria", "viking", "vincent",
	"violet", "virginia", "vision", "visitor", "wakeup", "walker", "warifu", "warrior",
	"washington", "watashi", "watermelon", "webmaster", "website", "wednesday", "welcome",
	"welcomehome", "whatever", "white", "william", "willow", "windows", "winner", "winter",
	"wireless", "wisdom", "wizard", "wolf", "wonderful", "work", "workshop", "world", "xbox",
	"xxx", "yahoo", "yamaha", "yamamoto", "yankees", "yellow", "yokohama", "yoroshiku",
	"yourname", "zaq", "zaqwsx", "zombie", "zxc", "zxcv", "zxcvb", "zxcvbn", "zxcvbnm",
};
/* clang-format on */

const char *const *
policy_words_table(size_t *n_r)
{
	*n_r = sizeof(words) / sizeof(words[0]);
	return words;
}
