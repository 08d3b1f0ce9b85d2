package devtenant

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// authority is a certificate authority made for one run: its key is never written anywhere.
type authority struct {
	roots  *x509.CertPool
	file   string // where its certificate is, PEM
	dir    string // to remove at the end; "" when the caller chose the place
	config *tls.Config
}

// newAuthority makes an authority and a certificate for this machine's loopback names and host. The authority's
// certificate is written to file, or with "" to a new temporary directory. Certificates are valid for a day around the
// real time, whatever the tenant's clock says: browsers have their own.
func newAuthority(file, host string) (*authority, error) {
	a := &authority{roots: x509.NewCertPool(), file: file}
	now := time.Now()
	root := &x509.Certificate{SerialNumber: serial(), Subject: pkix.Name{CommonName: "Simulated tenant " + now.Format("2006-01-02 15:04")},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(30 * 24 * time.Hour), IsCA: true, BasicConstraintsValid: true,
		MaxPathLenZero: true, KeyUsage: x509.KeyUsageCertSign}
	rootKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make the authority's key: %w", err)
	}
	rootDER, err := x509.CreateCertificate(rand.Reader, root, root, rootKey.Public(), rootKey)
	if err != nil {
		return nil, fmt.Errorf("make the authority's certificate: %w", err)
	}
	rootCert, err := x509.ParseCertificate(rootDER)
	if err != nil {
		return nil, fmt.Errorf("read the authority's certificate: %w", err)
	}
	a.roots.AddCert(rootCert)
	leaf := &x509.Certificate{SerialNumber: serial(), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback}, NotBefore: root.NotBefore, NotAfter: root.NotAfter,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	if ip := net.ParseIP(host); ip != nil && !ip.IsUnspecified() {
		leaf.IPAddresses = append(leaf.IPAddresses, ip)
	} else if ip == nil && host != "" {
		leaf.DNSNames = append(leaf.DNSNames, host)
	}
	leafKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make the server's key: %w", err)
	}
	leafDER, err := x509.CreateCertificate(rand.Reader, leaf, rootCert, leafKey.Public(), rootKey)
	if err != nil {
		return nil, fmt.Errorf("make the server's certificate: %w", err)
	}
	a.config = &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
		Certificates: []tls.Certificate{{Certificate: [][]byte{leafDER, rootDER}, PrivateKey: leafKey}}}
	if a.file == "" {
		if a.dir, err = os.MkdirTemp("", "devtenant-"); err != nil {
			return nil, fmt.Errorf("make a place for the authority's certificate: %w", err)
		}
		a.file = filepath.Join(a.dir, "ca.pem")
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: rootDER})
	if err := os.WriteFile(a.file, text, 0o600); err != nil {
		a.close()
		return nil, fmt.Errorf("write the authority's certificate: %w", err)
	}
	return a, nil
}

// close removes what newAuthority made in a place of its own.
func (a *authority) close() {
	if a != nil && a.dir != "" {
		_ = os.RemoveAll(a.dir) // a leftover certificate does no harm
	}
}

func serial() *big.Int {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails
	b[0] &= 0x7f
	return new(big.Int).SetBytes(b)
}
