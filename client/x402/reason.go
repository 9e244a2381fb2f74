package x402

// Reason is why a payment is not taken. The words are x402's where it has one (section 9), and stable.
type Reason string

// Reasons. With each of them but Forgotten nothing was taken that the payer does not get the thing for.
const (
	// InvalidPayload: it can't be read, or is not of the scheme.
	InvalidPayload Reason = "invalid_payload"
	// InvalidNetwork, InvalidScheme: it is for another chain, or of another scheme.
	InvalidNetwork Reason = "invalid_network"
	InvalidScheme  Reason = "invalid_scheme"
	// InvalidRequirements: what it answers was not asked for here, or is not asked for any more.
	InvalidRequirements Reason = "invalid_payment_requirements"
	// InvalidTransaction: the chain refuses it; code and sentence say why.
	InvalidTransaction Reason = "invalid_transaction_state"
	// InsufficientFunds: the payer has not so much.
	InsufficientFunds Reason = "insufficient_funds"
	// UnexpectedError: the server or its node failed. Show the same payment again.
	UnexpectedError Reason = "unexpected_settle_error"

	// WrongAmount: the messages are not those that were asked for.
	WrongAmount Reason = "wrong_amount"
	// PriceRaised: it was the price, and more is asked now.
	PriceRaised Reason = "price_raised"
	// WrongResource: it is bound to something else.
	WrongResource Reason = "wrong_resource"
	// Replayed: it was used.
	Replayed Reason = "replayed"
	// Expired: its time is over, and nothing of it happened.
	Expired Reason = "expired"
	// Forgotten: its time was over so long ago that the server does not know any more what became of it. Blocks do.
	Forgotten Reason = "forgotten"
	// NoEnd: it is not unordered, or may come later than the time allowed.
	NoEnd Reason = "no_end"
	// WrongSignature: it is not signed by who pays.
	WrongSignature Reason = "wrong_signature"
	// NoRight: who proves who they are may not use the work so.
	NoRight Reason = "no_right"
	// Undecided: it was sent and is in no block yet. Show the same payment again.
	Undecided Reason = "undecided"
	// WrongChannel: the payment channel is not as it has to be.
	WrongChannel Reason = "wrong_payment_channel"
	// TooLow: the voucher's total pays no further use.
	TooLow Reason = "voucher_too_low"
	// OverDeposit: the voucher promises more than the payment channel has.
	OverDeposit Reason = "over_deposit"

	// NetworkFee: the fee of the transaction is more than the payer has agreed to. No server says that: nothing was signed.
	NetworkFee Reason = "network_fee_too_high"
)

// Retry says whether the same payment is to be shown again: what happened to it is not known.
func (r Reason) Retry() bool { return r == Undecided || r == UnexpectedError }

// Refusal is a payment that is not taken.
type Refusal struct {
	Reason Reason
	// Detail says more, for people.
	Detail string
	// Codespace and Code are the chain's, where it refused; else empty and 0.
	Codespace string
	Code      uint32
	Err       error
}

// Error implements error.
func (r *Refusal) Error() string {
	if r.Detail == "" {
		return string(r.Reason)
	}
	return string(r.Reason) + ": " + r.Detail
}

// Unwrap gives what it comes from.
func (r *Refusal) Unwrap() error { return r.Err }
