using System.Text.Json;
using System.Text.Json.Serialization;

namespace BtcChannels.Demo;

/// <summary>What <c>--json</c> prints. Amounts are satoshi, as they stand in the chain.</summary>
internal sealed record DemoResult(
    int Payments, long PaymentsPerSecond, long AuthorizedSat, string CloseTxid, long MerchantReceivedSat, long CustomerReceivedSat, long FeeSat,
    string AutoCloseTxid, long AutoCloseMerchantSat, string RefundTxid, long RefundSat,
    int PaidEvents, long PaidEventsMerchantSat, long PaidBytes, long PaidFileMerchantSat)
{
    public static DemoResult Of(StreamAct.Result streamed, Settlement autoClosed, Settlement refunded, PaywallAct.Result paid) => new(
        streamed.Payments, streamed.PaymentsPerSecond, streamed.Authorized.Satoshi, streamed.Settlement.Txid.ToString(), streamed.Settlement.ToMerchant.Satoshi,
        streamed.Settlement.ToCustomer.Satoshi, streamed.Settlement.Fee.Satoshi, autoClosed.Txid.ToString(), autoClosed.ToMerchant.Satoshi, refunded.Txid.ToString(), refunded.ToCustomer.Satoshi,
        paid.Events, paid.News.ToMerchant.Satoshi, paid.Bytes, paid.File.ToMerchant.Satoshi);
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(DemoResult))]
internal sealed partial class DemoJson : JsonSerializerContext;
