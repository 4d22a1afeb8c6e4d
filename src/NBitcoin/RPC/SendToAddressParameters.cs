namespace NBitcoin.RPC;

/// <summary>Options of sendtoaddress; null leaves one to the node.</summary>
public class SendToAddressParameters
{
    public string Comment { get; set; }

    public string CommentTo { get; set; }

    public bool? SubstractFeeFromAmount { get; set; }

    public bool? Replaceable { get; set; }

    /// <summary>In blocks. Not together with <see cref="FeeRate"/>.</summary>
    public int? ConfTarget { get; set; }

    public EstimateSmartFeeMode? EstimateMode { get; set; }

    public FeeRate FeeRate { get; set; }
}
