package metrics

// The names of all metrics, which dashboards and alerts use. A name means the same for ever, or gives way to
// another one.
const (
	BuildInfo      = "stemma_build_info"
	SourcesFailing = "stemma_metrics_sources_failing"

	BlockHeight      = "stemma_block_height"
	BlockTime        = "stemma_block_timestamp_seconds"
	BlocksExecuted   = "stemma_blocks_executed_total"
	BlockSeconds     = "stemma_block_seconds_total"
	BlockLastSeconds = "stemma_block_last_seconds"
	BlockGas         = "stemma_block_gas"
	BlockGasMax      = "stemma_block_gas_max"
	Transactions     = "stemma_transactions_total"
	ChecksRefused    = "stemma_checks_refused_total"
	Events           = "stemma_events_total"
	HeadersLogged    = "stemma_headers_logged"
	SignaturesKnown  = "stemma_signatures_known_total"

	BasePrice = "stemma_fee_base_price"

	PoolTransactions    = "stemma_pool_transactions"
	PoolTransactionsMax = "stemma_pool_transactions_max"
	PoolBytes           = "stemma_pool_bytes"
	PoolBytesMax        = "stemma_pool_bytes_max"

	RoyaltyPaidIn        = "stemma_royalty_paid_in_total"
	RoyaltyPaidOut       = "stemma_royalty_paid_out_total"
	RoyaltyStages        = "stemma_royalty_stages_waiting"
	RoyaltyStagesBlocks  = "stemma_royalty_stages_waiting_blocks"
	RoyaltyPayouts       = "stemma_royalty_payouts_waiting"
	RoyaltyPayoutsBlocks = "stemma_royalty_payouts_waiting_blocks"
	RoyaltyBudgetUsed    = "stemma_royalty_budget_used_ratio"
	RoyaltyBudgetTotal   = "stemma_royalty_budget_used_total"
	RoyaltyPoolChanges   = "stemma_royalty_pool_changes_waiting"

	ValidatorPower     = "stemma_validator_power"
	ValidatorJailed    = "stemma_validator_jailed"
	ValidatorMissed    = "stemma_validator_missed_blocks"
	ValidatorMissedMax = "stemma_validator_missed_blocks_max"

	DisputesOpen     = "stemma_disputes_open"
	DisputesDeadline = "stemma_disputes_next_deadline_timestamp_seconds"

	QueriesRunning = "stemma_queries_running"
	QueriesMax     = "stemma_queries_max"
	QueriesRefused = "stemma_queries_refused_total"

	DiskFree    = "stemma_disk_free_bytes"
	DiskMinFree = "stemma_disk_min_free_bytes"
)

// Most is the most rows of a queue that are counted: a larger number is not looked up.
const Most = 10_000

const (
	laneLabel = "lane"
	gateLabel = "of"
)

// Table is all metrics.
var Table = []Metric{
	{BuildInfo, "1; the version of the program, and how it executes blocks", Gauge, []string{"version", "executor"}},
	{SourcesFailing, "parts of the metrics that could not be read just now; the log says why", Gauge, nil},

	{BlockHeight, "height of the last block whose state is stored", Gauge, nil},
	{BlockTime, "the last block's own time, seconds since 1970", Gauge, nil},
	{BlocksExecuted, "blocks executed", Counter, nil},
	{BlockSeconds, "time spent on blocks, in seconds: execute (all of it), sweep (royalties at the end, a part of that), commit", Counter, []string{"part"}},
	{BlockLastSeconds, "time spent on the last block, in seconds; parts as for " + BlockSeconds, Gauge, []string{"part"}},
	{BlockGas, "gas that the transactions of the last block declared", Gauge, nil},
	{BlockGasMax, "gas that a block may declare", Gauge, nil},
	{Transactions, "transactions in executed blocks, ok or failed", Counter, []string{"result"}},
	{ChecksRefused, "transactions that were not taken into the pool", Counter, nil},
	{Events, "events of executed blocks, such as royalty Paid, royalty PayoutFailed, dispute Stuck", Counter, []string{"module", "event"}},
	{HeadersLogged, "headers in the log of headers", Gauge, nil},
	{SignaturesKnown, "transactions of blocks whose signatures had been verified when they arrived", Counter, nil},

	{BasePrice, "base price of a unit of gas in the next block, in base units of the staking token", Gauge, nil},

	{PoolTransactions, "transactions that wait in the pool", Gauge, nil},
	{PoolTransactionsMax, "transactions that the pool has places for", Gauge, nil},
	{PoolBytes, "bytes of the transactions that wait", Gauge, nil},
	{PoolBytesMax, "bytes that the pool has room for", Gauge, nil},

	{RoyaltyPaidIn, "money that entered works, in base units of the denom", Total, []string{"denom"}},
	{RoyaltyPaidOut, "money that left for accounts, in base units of the denom", Total, []string{"denom"}},
	{RoyaltyStages, "stages that wait to be flushed, counted up to 10,000", Gauge, []string{laneLabel}},
	{RoyaltyStagesBlocks, "blocks in a row that left stages of the usual lane waiting: the oldest waits no longer", Gauge, nil},
	{RoyaltyPayouts, "payouts that are due and wait, counted up to 10,000", Gauge, []string{laneLabel}},
	{RoyaltyPayoutsBlocks, "blocks that the payout which is due longest has waited", Gauge, []string{laneLabel}},
	{RoyaltyBudgetUsed, "part of the last block's budget that was used, of sweep (receivers) and payout; above 1 where one stage takes more than all", Gauge, []string{"budget"}},
	{RoyaltyBudgetTotal, "receivers served and payouts tried", Counter, []string{"budget"}},
	{RoyaltyPoolChanges, "changes of contributor pools that wait for their time, counted up to 10,000", Gauge, nil},

	{ValidatorPower, "voting power of the validator whose key this node has; absent where that is no validator's, as the next three", Gauge, nil},
	{ValidatorJailed, "1 while it is jailed", Gauge, nil},
	{ValidatorMissed, "blocks of the window of x/slashing that it did not sign", Gauge, nil},
	{ValidatorMissedMax, "more missed blocks in the window jail it", Gauge, nil},

	{DisputesOpen, "disputes that wait for somebody or something, counted up to 10,000", Gauge, nil},
	{DisputesDeadline, "when the chain looks at an open dispute next, seconds since 1970; absent where there is none", Gauge, nil},

	{QueriesRunning, "queries that run now", Gauge, []string{gateLabel}},
	{QueriesMax, "queries that may run at once", Gauge, []string{gateLabel}},
	{QueriesRefused, "queries refused because all places were taken", Counter, []string{gateLabel}},

	{DiskFree, "bytes left for the node's data", Gauge, nil},
	{DiskMinFree, "bytes below which the node ends by itself", Gauge, nil},
}

var byName = func() map[string]*Metric {
	names := make(map[string]*Metric, len(Table))
	for i := range Table {
		names[Table[i].Name] = &Table[i]
	}
	return names
}()
