namespace BtcChannels.AspNetCore.Streams;

/// <summary>The streams of each channel, oldest first. A customer whose connection was lost comes again before anybody knows that it is, so the newest is let in.</summary>
internal sealed class OpenStreams(BtcChannelsOptions options)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ChannelId, List<PaymentStream>> _streams = [];

    public void Enter(ChannelId id, PaymentStream stream)
    {
        PaymentStream? oldest = null;
        lock (_gate)
        {
            if (!_streams.TryGetValue(id, out var streams)) _streams[id] = streams = [];
            if (streams.Count >= options.MaxStreamsPerChannel)
            {
                oldest = streams[0];
                streams.RemoveAt(0);
            }
            streams.Add(stream);
        }
        oldest?.End(StreamEnd.Replaced);
    }

    public void Leave(ChannelId id, PaymentStream stream)
    {
        lock (_gate)
            if (_streams.TryGetValue(id, out var streams) && streams.Remove(stream) && streams.Count == 0) _streams.Remove(id);
    }
}
