using System.Diagnostics.CodeAnalysis;
using NBitcoin;

namespace BtcChannels;

/// <summary>The output scripts that nodes relay (Core policy, IsStandard) and that a channel pays to.</summary>
public static class StandardScript
{
    /// <summary>Whether it is P2PKH, P2SH, P2WPKH, P2WSH or P2TR.</summary>
    public static bool Is(Script script) => script.ToBytes() switch
    {
        [0x76, 0xa9, 20, .. { Length: 20 }, 0x88, 0xac] => true,
        [0xa9, 20, .. { Length: 20 }, 0x87] => true,
        [0x00, 20, .. { Length: 20 }] => true,
        [0x00, 32, .. { Length: 32 }] => true,
        [0x51, 32, .. { Length: 32 }] => true,
        _ => false,
    };

    public static bool TryParse(string? hex, [NotNullWhen(true)] out Script? script)
    {
        script = null;
        if (!Hex.TryParse(hex, out var bytes)) return false;
        var read = new Script(bytes);
        if (!Is(read)) return false;
        script = read;
        return true;
    }

    /// <summary>
    /// The least value that an output of this script is relayed with (Core policy, 3 sat/vB): P2PKH 546, P2SH 540, P2WPKH 294, P2WSH and P2TR 330 sat.
    /// </summary>
    public static Money DustThreshold(Script script) => new TxOut(Money.Zero, script).GetDustThreshold();
}
