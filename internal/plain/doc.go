// Package plain makes words out of what people write: the text of an HTML mail, letters without their marks. It is for
// searching and comparing, not for showing, and knows nothing of mail or files.
package plain
