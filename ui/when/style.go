package when

import (
	"os"
	"strings"
	"sync"
	"time"

	"fyne.io/fyne/v2/lang"
)

// Order is the order in which a region writes day, month and year.
type Order int

// The orders. ISOFirst (year, month, day) is for regions that write numbers only that way.
const (
	DayFirst Order = iota
	MonthFirst
	ISOFirst
)

// Style is how a region writes dates and times. The zero value is 24 hours, day first, week from Sunday; Neutral is what
// is used where the region is not known.
type Style struct {
	H12       bool // 10:42 am
	Order     Order
	WeekStart time.Weekday
}

// Neutral is the style without a region: 24 hours, day before month, weeks from Monday (ISO 8601).
var Neutral = Style{WeekStart: time.Monday}

var (
	mu      sync.RWMutex
	current *Style
)

// SetStyle overrules the style of the environment; nil goes back to it. Any goroutine may call it.
func SetStyle(s *Style) {
	mu.Lock()
	defer mu.Unlock()
	current = s
}

// Current is the style in force: the one that was set, else that of the locale.
func Current() Style {
	mu.RLock()
	s := current
	mu.RUnlock()
	if s != nil {
		return *s
	}
	mu.Lock()
	defer mu.Unlock()
	if current == nil {
		style := StyleOf(locale())
		current = &style
	}
	return *current
}

// WeekStart is the first day of the week in the style in force.
func WeekStart() time.Weekday { return Current().WeekStart }

// locale is the name of the locale for times: the environment's as POSIX orders it (LC_ALL, LC_TIME, LANG), else what the
// operating system is set to.
func locale() string {
	for _, name := range []string{"LC_ALL", "LC_TIME", "LANG"} {
		if v := os.Getenv(name); v != "" {
			return v
		}
	}
	return lang.SystemLocale().String()
}

// Regions by habit; the source is Unicode CLDR 46, supplementalData.xml, weekData/firstDay and timeData/hours.
const (
	sundayFirst = " AG AS BD BR BS BT BW BZ CA CO DM DO ET GT GU HK HN ID IL IN IS JM JP KE KH KR LA MH MM MO MT MX MZ NI " +
		"NP PA PE PH PK PR PT PY SA SG SV TH TT TW UM US VE VI WS YE ZA ZW "
	saturdayFirst = " AF BH DJ DZ EG IQ IR JO KW LY OM QA SD SY "
	fridayFirst   = " MV "
	twelveHours   = " AS BT DJ ER GH IN LS PG PW SO TO VU WS CY GR AL TD BO CO CR CU DO EC GT HN KP KR MX NI NA PA PE PR SV " +
		"VE AG AU BB BM BS CA DM FJ FM GD GM GU GY JM KI KN KY LC LR MH MP MW NZ SB SG SL SS SZ TC TT UM US VC VG VI BD PK " +
		"AE BH DZ EG EH HK IQ JO KW LB LY MO MR OM PH PS QA SA SD SY TN YE BN MY KH TW ET "
	monthFirst = " US PH FM GU MH MP PR PW UM VI AS "
	isoFirst   = " SE LT HU JP CN KR KP TW MN BT "
)

// StyleOf is the style of a locale's region, written "en_GB.UTF-8", "en-GB" or "zh-Hant-TW". A locale without a region
// (C, POSIX, "en") has the Neutral style.
func StyleOf(locale string) Style {
	name, _, _ := strings.Cut(locale, ".")
	name, _, _ = strings.Cut(name, "@")
	parts := strings.FieldsFunc(name, func(r rune) bool { return r == '_' || r == '-' })
	region := ""
	for _, p := range parts[min(1, len(parts)):] {
		if len(p) == 2 {
			region = strings.ToUpper(p)
			break
		}
	}
	s := Neutral
	if region == "" {
		return s
	}
	in := func(list string) bool { return strings.Contains(list, " "+region+" ") }
	switch {
	case in(sundayFirst):
		s.WeekStart = time.Sunday
	case in(saturdayFirst):
		s.WeekStart = time.Saturday
	case in(fridayFirst):
		s.WeekStart = time.Friday
	}
	s.H12 = in(twelveHours) && !(region == "CA" && strings.EqualFold(parts[0], "fr"))
	switch {
	case in(monthFirst):
		s.Order = MonthFirst
	case in(isoFirst):
		s.Order = ISOFirst
	}
	return s
}
