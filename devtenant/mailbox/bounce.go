package mailbox

import (
	"html"
	"strings"
)

// bouncer is who a report of non-delivery comes from; a bounce of it would never end.
const bouncer = "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@"

// failedAddress is an address that mail did not reach, and why.
type failedAddress struct {
	Address
	why reason
}

// reason is what a report says to people and to machines; %s stands for the address.
type reason struct{ text, code string }

// The reasons (RFC 5321, 4.2.2; the enhanced codes are Exchange's: documentation, "Email non-delivery reports").
var (
	notFound = reason{"The e-mail address you entered couldn't be found. Please check the recipient's e-mail address and try to resend the message.",
		"550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient %s not found by SMTP address lookup"}
	mailboxFull = reason{"The recipient's mailbox is full and can't accept messages now. Please try resending this message later, or contact the recipient directly.",
		"554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException.MapiExceptionQuotaExceeded"}
)

// bounce is the report that mail could not be delivered to some addresses of the tenant's own domains.
func bounce(mail Mail, lost []failedAddress) Mail {
	var s strings.Builder
	s.WriteString("<html><body><p><b>Delivery has failed to these recipients or groups:</b></p>")
	for _, a := range lost {
		s.WriteString("<p>" + html.EscapeString(a.Addr) + "<br>" + html.EscapeString(a.why.text) + "</p>")
		s.WriteString("<p>Remote Server returned '" + strings.ReplaceAll(a.why.code, "%s", html.EscapeString(a.Addr)) + "'</p>")
	}
	s.WriteString("</body></html>")
	return Mail{
		From: Address{Name: "Microsoft Outlook", Addr: bouncer + domain(mail.From.Addr)}, To: []Address{mail.From},
		Subject: "Undeliverable: " + mail.Subject, Body: Body{HTML: true, Text: s.String()}, InReplyTo: mail.InternetID, At: mail.At,
	}
}
