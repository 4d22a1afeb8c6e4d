namespace BtcChannels.Chain;

/// <summary>
/// The node follows another network than this program: its genesis block differs. Not an outage: repeating does not help, someone has to
/// correct a setting, and nothing that the node says means anything until then.
/// </summary>
public sealed class ChainMismatchException(string message) : Exception(message);
