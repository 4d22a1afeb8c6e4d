namespace BtcChannels.AspNetCore.Admin;

/// <summary>Whether the merchant winds down: no channel opens, and those that fall idle are closed. A file in the data folder keeps that over a restart; each instance has its own.</summary>
internal sealed class Draining(BtcChannelsOptions options)
{
    private readonly string _file = Path.Combine(options.DataFolder, "draining");
    private volatile bool _isOn = File.Exists(Path.Combine(options.DataFolder, "draining"));

    public bool IsOn => _isOn;

    public event Action? Began;

    /// <exception cref="IOException">It cannot be kept; nothing has changed.</exception>
    public void Begin()
    {
        using (new FileStream(_file, FileMode.OpenOrCreate))
        {
            // That it is there says it.
        }
        _isOn = true;
        Began?.Invoke();
    }

    /// <inheritdoc cref="Begin"/>
    public void End()
    {
        File.Delete(_file);
        _isOn = false;
    }
}
