namespace NBXplorer.Models;

public class TransactionInformationSet
{
    /// <summary>Youngest first.</summary>
    public List<TransactionInformation> Transactions { get; set; } = [];
}
