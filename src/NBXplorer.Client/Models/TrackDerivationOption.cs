using NBXplorer.DerivationStrategy;

namespace NBXplorer.Models;

public class TrackDerivationOption
{
    /// <summary>Null for all.</summary>
    public DerivationFeature? Feature { get; set; }

    public int? MinAddresses { get; set; }

    public int? MaxAddresses { get; set; }
}
