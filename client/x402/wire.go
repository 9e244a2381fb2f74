// Package x402 speaks version 2 of x402, payments by HTTP status 402, on chains of this kind: what a
// server asks for, what a payer answers, and the rules by which the one is checked against the other.
// It asks no node and keeps nothing; portal/x402 serves by it. The schemes are written down in
// docs/x402-cosmos.md.
package x402

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// Version of x402 that is spoken.
const Version = 2

// Headers of HTTP (x402 v2, transport HTTP): each is base64 of JSON.
const (
	RequiredHeader = "PAYMENT-REQUIRED"
	PaymentHeader  = "PAYMENT-SIGNATURE"
	SettledHeader  = "PAYMENT-RESPONSE"
)

// Schemes.
const (
	Exact = "exact"
	Batch = "batch-settlement"
)

const (
	// namespace is that of Cosmos chains in CAIP-2.
	namespace = "cosmos:"
	// MaxHeader is the longest payment that is read, in bytes of the header: a transaction, and what it answers.
	MaxHeader = 12 << 10
	// maxRequired keeps what is asked for within what clients of HTTP read of all headers, often 16 KiB.
	maxRequired = 11 << 10
)

// Network is a chain's name in CAIP-2.
func Network(chainID string) string { return namespace + chainID }

// Required is what a server asks for (x402 v2, section 5.1).
type Required struct {
	X402Version int      `json:"x402Version"`
	Error       string   `json:"error,omitempty"`
	Resource    Resource `json:"resource"`
	// Accepts are alternatives; none: money is not what is missing.
	Accepts []Requirement `json:"accepts"`
}

// Resource is what is paid for.
type Resource struct {
	URL         string `json:"url"`
	Description string `json:"description,omitempty"`
	MIMEType    string `json:"mimeType,omitempty"`
}

// Requirement is one way to pay.
type Requirement struct {
	Scheme  string `json:"scheme"`
	Network string `json:"network"`
	// Amount in whole units of the denom Asset.
	Amount string `json:"amount"`
	Asset  string `json:"asset"`
	// PayTo is the work that is used.
	PayTo             string `json:"payTo"`
	MaxTimeoutSeconds int    `json:"maxTimeoutSeconds"`
	Extra             Extra  `json:"extra"`
}

// Extra is what the schemes add.
type Extra struct {
	// Resource is bound to the payment: no other can be had for it.
	Resource string `json:"resource"`
	// Messages that the payer's transaction has, in protobuf's JSON, without who pays. Of a grant the
	// payer chooses the serial.
	Messages []json.RawMessage `json:"messages,omitempty"`
	// What a payment channel has to be like, for batch-settlement.
	Channel *Channel `json:"paymentChannel,omitempty"`
}

// Channel is the payment channel that vouchers have to be of.
type Channel struct {
	Payees []Payee `json:"payees"`
	// Receiver is the service's account. A channel names one, so no two services are promised the same money.
	Receiver string `json:"receiver"`
	// MinCloseDelaySeconds that the channel gives the service to redeem.
	MinCloseDelaySeconds int64 `json:"minCloseDelaySeconds"`
	// Total of the newest voucher that the service keeps, where one was refused for being too low.
	Total string `json:"total,omitempty"`
}

// Payee is a work that a payment channel pays, with its part in ppm.
type Payee struct {
	Work   string `json:"work"`
	Weight uint32 `json:"weight"`
}

// Payment is what a payer answers (x402 v2, section 5.2).
type Payment struct {
	X402Version int             `json:"x402Version"`
	Resource    *Resource       `json:"resource,omitempty"`
	Accepted    Requirement     `json:"accepted"`
	Payload     Payload         `json:"payload"`
	Extensions  json.RawMessage `json:"extensions,omitempty"`
}

// Payload is the scheme's part of a payment: a transaction with its nonce, a voucher, or a proof of who holds the right already.
type Payload struct {
	// Transaction, signed and not sent, in base64.
	Transaction string `json:"transaction,omitempty"`
	// Nonce, 32 bytes in base64: who shows it is who signed the transaction, though everybody can read that on the chain.
	Nonce string `json:"nonce,omitempty"`
	// Voucher of a payment channel.
	Voucher json.RawMessage `json:"voucher,omitempty"`
	// Holder proves an account that may use the work already.
	Holder *Holder `json:"holder,omitempty"`
}

// Settlement is what became of a payment (x402 v2, section 5.3).
type Settlement struct {
	Success bool `json:"success"`
	// ErrorReason is one of Reason.
	ErrorReason Reason `json:"errorReason,omitempty"`
	Payer       string `json:"payer,omitempty"`
	// Transaction is the hash in capital hex digits, or the channel and the total of a voucher, or empty where nothing was paid.
	Transaction string `json:"transaction"`
	Network     string `json:"network"`
	Amount      string `json:"amount,omitempty"`
}

// Verdict is what a facilitator says of a payment (x402 v2, section 5.4).
type Verdict struct {
	IsValid       bool   `json:"isValid"`
	InvalidReason Reason `json:"invalidReason,omitempty"`
	Payer         string `json:"payer,omitempty"`
}

// Supported is what a facilitator does (x402 v2, section 7.3).
type Supported struct {
	Kinds      []Kind              `json:"kinds"`
	Extensions []string            `json:"extensions"`
	Signers    map[string][]string `json:"signers"`
}

// Kind is one scheme on one network.
type Kind struct {
	X402Version int    `json:"x402Version"`
	Scheme      string `json:"scheme"`
	Network     string `json:"network"`
}

// Ask is what a resource server sends a facilitator.
type Ask struct {
	X402Version  int         `json:"x402Version"`
	Payment      Payment     `json:"paymentPayload"`
	Requirements Requirement `json:"paymentRequirements"`
}

// ErrMalformed is matched by the error of a header that is none of x402 v2.
var ErrMalformed = errors.New("it is no payment of x402 version 2")

// ReadPayment reads the payment of a request; nil: there is none. It fails with ErrMalformed.
func ReadPayment(h http.Header) (*Payment, error) {
	sent := h.Values(PaymentHeader)
	switch {
	case len(sent) == 0:
		return nil, nil
	case len(sent) > 1:
		return nil, fmt.Errorf("%w: the header %s is there %d times", ErrMalformed, PaymentHeader, len(sent))
	case len(sent[0]) > MaxHeader:
		return nil, fmt.Errorf("%w: the header %s has %d bytes, at most %d are read", ErrMalformed, PaymentHeader, len(sent[0]), MaxHeader)
	}
	raw, err := base64.StdEncoding.DecodeString(sent[0])
	if err != nil {
		return nil, fmt.Errorf("%w: base64: %w", ErrMalformed, err)
	}
	var p Payment
	in := json.NewDecoder(strings.NewReader(string(raw)))
	if err := in.Decode(&p); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	if p.X402Version != Version {
		return nil, fmt.Errorf("%w: it is of version %d", ErrMalformed, p.X402Version)
	}
	return &p, nil
}

// Encode writes what a header has.
func Encode(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err) // of the types above, none fails
	}
	return base64.StdEncoding.EncodeToString(raw)
}

// ReadHeader reads a header of an answer into a Required or a Settlement. Missing: false.
func ReadHeader(h http.Header, name string, into any) (bool, error) {
	text := h.Get(name)
	if text == "" {
		return false, nil
	}
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return true, fmt.Errorf("header %s: %w", name, err)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return true, fmt.Errorf("header %s: %w", name, err)
	}
	return true, nil
}

// Fit drops the last alternatives until the header can be read by everybody. Where not even one fits, none is left.
func (r Required) Fit() Required {
	for len(r.Accepts) > 0 && len(Encode(r)) > maxRequired {
		r.Accepts = r.Accepts[:len(r.Accepts)-1]
	}
	return r
}
