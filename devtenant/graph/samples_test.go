package graph

import "encoding/base64"

// tinyPNG is a picture of one point.
var tinyPNG = func() string {
	raw, err := base64.StdEncoding.DecodeString("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
	if err != nil {
		panic(err)
	}
	return string(raw)
}()

// mimeText is a message as sendMail and $value take it.
var mimeText = base64.StdEncoding.EncodeToString([]byte("From: maya@harborline.example\r\nTo: jonas@harborline.example\r\nSubject: In MIME\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello.\r\n"))
