package demo

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"path"
	"sync"

	"supercrm/devtenant/mailbox"
)

// logo is the company's mark, as it stands in signatures: waves under a bar.
var logo = sync.OnceValue(func() []byte {
	img := image.NewRGBA(image.Rect(0, 0, 120, 32))
	for x := range 120 {
		for y := range 32 {
			c := color.RGBA{255, 255, 255, 255}
			if y >= 8 && y < 12 || y >= 18 && y < 22 && (x/6)%2 == 0 || y >= 20 && y < 24 && (x/6)%2 == 1 {
				c = color.RGBA{27, 82, 143, 255}
			}
			img.Set(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic(fmt.Sprintf("demo: encode logo: %v", err)) // a buffer does not fail
	}
	return b.Bytes()
})

// pdf is a page with one line of text that any viewer opens.
func pdf(text string) []byte {
	var b bytes.Buffer
	var offsets []int
	object := func(s string) {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", len(offsets), s)
	}
	b.WriteString("%PDF-1.4\n")
	object("<< /Type /Catalog /Pages 2 0 R >>")
	object("<< /Type /Pages /Kids [3 0 R] /Count 1 >>")
	object("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>")
	stream := "BT /F1 18 Tf 72 760 Td (" + text + ") Tj ET"
	object(fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(stream), stream))
	object("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
	at := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, o := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, at)
	return b.Bytes()
}

var samplePDF = sync.OnceValue(func() []byte { return pdf("Harborline Sales - sample document") })

const sampleCSV = "item;quantity;unit price;status\r\nSit-stand desk;12;489.00;ok\r\nMeeting table;2;1290.00;scratched\r\nTask chair;24;312.50;ok\r\n"

// file makes an attachment by its name; all of a kind share their bytes.
func file(name string) *mailbox.Attachment {
	a := &mailbox.Attachment{Name: name}
	switch path.Ext(name) {
	case ".csv":
		a.Type, a.Bytes = "text/csv", []byte(sampleCSV)
	case ".png":
		a.Type, a.Bytes = "image/png", logo()
	default:
		a.Type, a.Bytes = "application/pdf", samplePDF()
	}
	return a
}

func inlineLogo() *mailbox.Attachment {
	return &mailbox.Attachment{Name: "image001.png", Type: "image/png", Inline: true, ContentID: logoID, Bytes: logo()}
}

const logoID = "image001.png@01DB6F00.5C2A1B70"
