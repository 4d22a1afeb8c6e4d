namespace NBitcoin.Tests;

public enum CoreNodeState
{
    Stopped = 0,
    Starting = 1,
    Running = 2,
    Killed = 3,
}
