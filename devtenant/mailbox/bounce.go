package mailbox

import (
	"html"
	"strings"
)

// bouncer is who a report of non-delivery comes from; a bounce of it would never end.
const bouncer = "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@"

// bounce is the report that mail could not be delivered to some addresses of the tenant's own domains (RFC 5321,
// 4.2.2, 550; the enhanced code 5.1.10 is Exchange's).
func bounce(mail Mail, lost []Address) Mail {
	var s strings.Builder
	s.WriteString("<html><body><p><b>Delivery has failed to these recipients or groups:</b></p>")
	for _, a := range lost {
		s.WriteString("<p>" + html.EscapeString(a.Addr) + "<br>The e-mail address you entered couldn't be found. Please check the recipient's e-mail address and try to resend the message.</p>")
		s.WriteString("<p>Remote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient " + html.EscapeString(a.Addr) + " not found by SMTP address lookup'</p>")
	}
	s.WriteString("</body></html>")
	return Mail{
		From: Address{Name: "Microsoft Outlook", Addr: bouncer + domain(mail.From.Addr)}, To: []Address{mail.From},
		Subject: "Undeliverable: " + mail.Subject, Body: Body{HTML: true, Text: s.String()}, InReplyTo: mail.InternetID, At: mail.At,
	}
}
