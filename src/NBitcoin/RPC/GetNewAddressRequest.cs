namespace NBitcoin.RPC;

/// <summary>Options of getnewaddress; null leaves one to the node.</summary>
public class GetNewAddressRequest
{
    public string Label { get; set; }

    public AddressType? AddressType { get; set; }
}
