namespace BtcChannels;

/// <summary>What a channel is made of: the kind decides script, signature hash, fee and closing.</summary>
public enum ChannelKind
{
    /// <summary>21's bytes: a P2SH deposit, SIGHASH_ALL payments, a close fee fixed at open. <c>p2sh</c> on the wire.</summary>
    P2sh = 0,
}
