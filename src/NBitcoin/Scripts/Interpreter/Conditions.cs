namespace NBitcoin;

/// <summary>The conditionals that a script is within.</summary>
internal sealed class Conditions
{
    private readonly List<bool> _values = [];
    private int _false;

    public bool IsEmpty => _values.Count == 0;

    /// <summary>No conditional keeps operations from being executed.</summary>
    public bool AllTrue => _false == 0;

    public void Enter(bool value)
    {
        _values.Add(value);
        if (!value) _false++;
    }

    public bool TryElse()
    {
        if (IsEmpty) return false;
        _values[^1] = !_values[^1];
        _false += _values[^1] ? -1 : 1;
        return true;
    }

    public bool TryLeave()
    {
        if (IsEmpty) return false;
        if (!_values[^1]) _false--;
        _values.RemoveAt(_values.Count - 1);
        return true;
    }
}
