using System.Net;
using Maas.Boot.Diagnostics;

namespace Maas.Boot.Syslog;

/// <summary>How many lines each sender may still log in this window. Its memory is bounded by the number of senders it counts.</summary>
internal sealed class SyslogRateLimiter(int linesPerSender, TimeSpan window, int senders)
{
    private readonly Dictionary<IPAddress, int> _counts = [];
    private readonly TimeWindow _window = new(window);

    /// <summary>Whether one more line of the sender is taken.</summary>
    public bool TryTake(IPAddress sender, DateTimeOffset now)
    {
        if (_window.TryBegin(now)) _counts.Clear();
        var count = _counts.GetValueOrDefault(sender);
        if (count >= linesPerSender || (count == 0 && _counts.Count >= senders)) return false;
        _counts[sender] = count + 1;
        return true;
    }
}
