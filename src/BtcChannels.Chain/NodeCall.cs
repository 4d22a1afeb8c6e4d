using System.Net.Sockets;
using System.Text.Json;
using NBitcoin;
using NBitcoin.RPC;

namespace BtcChannels.Chain;

/// <summary>Commands to a node under one time limit, and the reading of its answers.</summary>
internal sealed class NodeCall(RPCClient rpc, string address, CancellationToken ct)
{
    /// <summary>The answer, be it an error; but a node that is starting is unavailable.</summary>
    public async Task<RPCResponse> SendAsync(string command, params object[] parameters)
    {
        RPCResponse response;
        try
        {
            response = await rpc.SendCommandAsync(new RPCRequest(command, parameters) { ThrowIfRPCError = false }, ct);
        }
        catch (Exception e) when (e is not (OperationCanceledException or HttpRequestException or SocketException))
        {
            // What the client throws for an answer that is no JSON-RPC depends on its version.
            throw NoAnswer(command, e);
        }
        return response.Error is { } error && (int)error.Code == NodeWords.Starting
            ? throw new ChainUnavailableException($"bitcoind at {address} is starting ({error.Message}): wait until it is ready")
            : response;
    }

    /// <summary>Reads an answer that is a JSON object or array; an error is unavailability.</summary>
    public async Task<T> AskAsync<T>(string command, Func<JsonElement, T> read, params object[] parameters) =>
        Read(command, await SendAsync(command, parameters), read);

    /// <summary>Reads an answer that is a string; an error is unavailability.</summary>
    public async Task<T> AskTextAsync<T>(string command, Func<string, T> read, params object[] parameters) =>
        ReadText(command, await SendAsync(command, parameters), read);

    /// <inheritdoc cref="AskAsync"/>
    public T Read<T>(string command, RPCResponse response, Func<JsonElement, T> read) => ReadText(command, response, text =>
    {
        using var json = JsonDocument.Parse(text);
        return read(json.RootElement);
    });

    /// <inheritdoc cref="AskTextAsync"/>
    public T ReadText<T>(string command, RPCResponse response, Func<string, T> read)
    {
        if (response.Error is { } error) throw Refused(command, error);
        try
        {
            return read(response.ResultString ?? "");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException
            or OverflowException or IOException or IndexOutOfRangeException)
        {
            throw new ChainUnavailableException($"bitcoind at {address} answers {command} with what this program does not understand ({e.Message}): see whether its version is known to work", e);
        }
    }

    /// <exception cref="ChainMismatchException">The node is of another network.</exception>
    public async Task RequireNetworkAsync(Network network)
    {
        var genesis = await AskTextAsync("getblockhash", uint256.Parse, 0);
        if (genesis != network.GenesisHash)
            throw new ChainMismatchException(
                $"bitcoind at {address} is not on {network}: its first block is {genesis}, that of {network} is {network.GenesisHash}. "
                + "Correct its address, or the network that this program is set to");
    }

    public ChainUnavailableException NoAnswer(string command, Exception? inner = null) =>
        new($"bitcoind at {address} does not answer {command} in JSON-RPC: see whether it is bitcoind that listens there", inner);

    public ChainUnavailableException Contradiction(uint256 block) =>
        new($"bitcoind at {address} names block {block} and then does not know it: see whether its data is sound");

    public ChainUnavailableException Refused(string command, RPCError error) =>
        new($"bitcoind at {address} answers {command} with error {(int)error.Code}: {error.Message}");
}
