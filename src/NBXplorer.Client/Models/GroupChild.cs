namespace NBXplorer.Models;

public class GroupChild
{
    /// <summary>Null for another group.</summary>
    public string CryptoCode { get; set; }

    public string TrackedSource { get; set; }
}
