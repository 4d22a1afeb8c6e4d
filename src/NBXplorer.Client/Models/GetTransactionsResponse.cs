namespace NBXplorer.Models;

/// <summary>All transactions of a tracked source.</summary>
public class GetTransactionsResponse
{
    /// <summary>The server's tip.</summary>
    public int Height { get; set; }

    public TransactionInformationSet ConfirmedTransactions { get; set; } = new();

    public TransactionInformationSet UnconfirmedTransactions { get; set; } = new();

    public TransactionInformationSet ImmatureTransactions { get; set; } = new();

    public TransactionInformationSet ReplacedTransactions { get; set; } = new();
}
