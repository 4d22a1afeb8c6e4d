using NBitcoin;

namespace NBXplorer.Models;

/// <summary>Transactions in blocks that the server is to deal with again.</summary>
public class RescanRequest
{
    public List<TransactionToRescan> Transactions { get; set; } = [];

    public class TransactionToRescan
    {
        /// <summary>Null where the node has an index of all transactions.</summary>
        public uint256 BlockId { get; set; }

        public uint256 TransactionId { get; set; }

        /// <summary>Null where the node has the transaction.</summary>
        public Transaction Transaction { get; set; }
    }
}
