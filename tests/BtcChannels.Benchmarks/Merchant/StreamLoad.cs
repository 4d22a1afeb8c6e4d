using System.Diagnostics;
using System.Net.WebSockets;
using BtcChannels.Wire;
using NBitcoin;

namespace BtcChannels.Benchmarks.Merchant;

/// <summary>Streams of payments, one for a channel, each with many payments under way.</summary>
internal static class StreamLoad
{
    private const int Window = 256;
    private const int InMessage = 32;

    /// <param name="port">Where the server listens, and is known.</param>
    /// <param name="load">What is paid; each channel has a stream.</param>
    public static async Task<LoadResult> RunAsync(int port, SignedLoad load)
    {
        var sockets = new List<ClientWebSocket>();
        try
        {
            foreach (var number in load.Channels) sockets.Add(await OpenAsync(port, number));
            var start = Stopwatch.GetTimestamp();
            var parts = await Task.WhenAll(sockets.Select((it, channel) => Task.Run(() => PayAsync(it, load, channel))));
            return LoadResult.Of(parts, Stopwatch.GetElapsedTime(start));
        }
        finally
        {
            foreach (var it in sockets) it.Dispose();
        }
    }

    private static async Task<ClientWebSocket> OpenAsync(int port, int number)
    {
        var (id, time) = (FilledStore.IdOf(number), TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());
        var signature = ChannelAuthorization.Sign(FilledStore.CustomerKey(number), FilledStore.Network, $"http://127.0.0.1:{port}", id, ChannelAction.Stream, time);
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", new AuthorizationHeader(time, signature).ToString());
        await socket.ConnectAsync(new Uri($"ws://127.0.0.1:{port}/channels/v1/channels/{id}/stream"), CancellationToken.None);
        return socket;
    }

    private static async Task<LoadPart> PayAsync(ClientWebSocket socket, SignedLoad load, int channel)
    {
        var sent = new long[load.Rounds];
        using var room = new SemaphoreSlim(Window / InMessage);
        var reading = ReadAsync(socket, sent, room);
        var message = new byte[InMessage * SignedLoad.PaymentLength];
        for (var round = 0; round < load.Rounds;)
        {
            await room.WaitAsync();
            var count = Math.Min(InMessage, load.Rounds - round);
            for (var i = 0; i < count; i++)
            {
                load.Payment(channel, round + i).CopyTo(message.AsMemory(i * SignedLoad.PaymentLength));
                sent[round + i] = Stopwatch.GetTimestamp();
            }
            await socket.SendAsync(message.AsMemory(0, count * SignedLoad.PaymentLength), WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);
            round += count;
        }
        return await reading;
    }

    private static async Task<LoadPart> ReadAsync(ClientWebSocket socket, long[] sent, SemaphoreSlim room)
    {
        var part = new LoadPart();
        var buffer = new byte[StreamAnswer.Length * 64];
        for (var (answered, had) = (0, 0); answered < sent.Length;)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(had), CancellationToken.None);
            if (read.MessageType == WebSocketMessageType.Close) throw new IOException($"The server ended a stream: {socket.CloseStatusDescription}");
            had += read.Count;
            var at = 0;
            for (; had - at >= StreamAnswer.Length; at += StreamAnswer.Length)
            {
                var answer = StreamAnswer.Read(buffer.AsSpan(at));
                var before = answered;
                // Those between are acknowledged with it: a refusal would have come by itself.
                for (; answered < (int)answer.Number - 1; answered++) part.Add(true, sent[answered]);
                part.Add(answer.IsAcknowledgement, sent[answered++]);
                var messages = (answered / InMessage) - (before / InMessage);
                if (messages > 0) room.Release(messages);
            }
            buffer.AsSpan(at, had - at).CopyTo(buffer);
            had -= at;
        }
        return part;
    }
}
