package assets

import _ "embed" // for the fonts

// Inter (https://rsms.me/inter, SIL Open Font License 1.1, see fonts/OFL.txt): its figures and small sizes read better in
// dense lists than Fyne's default face.
var (
	//go:embed fonts/Inter-Regular.otf
	FontRegular []byte
	//go:embed fonts/Inter-SemiBold.otf
	FontSemiBold []byte
	//go:embed fonts/Inter-Italic.otf
	FontItalic []byte
)
