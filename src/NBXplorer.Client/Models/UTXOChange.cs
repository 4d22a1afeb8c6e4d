using NBitcoin;

namespace NBXplorer.Models;

public class UTXOChange
{
    public List<UTXO> UTXOs { get; set; } = [];

    public List<OutPoint> SpentOutpoints { get; set; } = [];
}
