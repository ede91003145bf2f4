using System.Net;

namespace Maas;

/// <summary>What the guard says to an attempt to log in.</summary>
/// <param name="Allowed">Whether the password may be checked.</param>
/// <param name="Wait">How long to wait before the next attempt, when not.</param>
internal readonly record struct LoginVerdict(bool Allowed, TimeSpan Wait);

/// <summary>
/// Slows the guessing of passwords: after some failures each further one doubles a delay, per user name and per address. A user who logged
/// in from an address before is not delayed there by what others do to the name. All tables are bounded.
/// </summary>
internal sealed class LoginGuard(TimeProvider timeProvider)
{
    /// <summary>Failures without a delay, and the number at which a burst is reported.</summary>
    public const int FreeFailures = 5;

    private const int MostEntries = 4096;
    private const int MostReportsAnHour = 60;

    /// <summary>The longest delay for a user name: it also meets the user.</summary>
    public static readonly TimeSpan LongestForName = TimeSpan.FromSeconds(30);

    /// <summary>The longest delay for an address.</summary>
    public static readonly TimeSpan LongestForAddress = TimeSpan.FromMinutes(5);

    /// <summary>After this time without a failure, failures are forgotten.</summary>
    public static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(15);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Failures> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<IPAddress, Failures> _addresses = [];
    private readonly HashSet<(string, IPAddress)> _known = [];
    private long _hourBegan = timeProvider.GetTimestamp();
    private int _reports;

    /// <summary>Whether an attempt may be made now.</summary>
    public LoginVerdict Ask(string name, IPAddress from)
    {
        lock (_gate)
        {
            var now = timeProvider.GetTimestamp();
            var wait = WaitOf(_addresses.GetValueOrDefault(from), LongestForAddress, now);
            if (!_known.Contains((name, from)) && WaitOf(_names.GetValueOrDefault(name), LongestForName, now) is var more && more > wait)
                wait = more;
            return new LoginVerdict(wait <= TimeSpan.Zero, wait);
        }
    }

    /// <summary>Takes note of a failure.</summary>
    /// <returns>
    /// How many there were, when that is to be reported: once a burst, and again at each ten times as many; else <see langword="null"/>.
    /// </returns>
    public int? Failed(string name, IPAddress from)
    {
        lock (_gate)
        {
            var count = Math.Max(Count(_names, name), Count(_addresses, from));
            for (var reported = FreeFailures; reported <= count; reported *= 10)
                if (reported == count) return MayReport() ? count : null;
            return null;
        }
    }

    /// <summary>Takes note of a success: the failures are forgotten.</summary>
    public void Succeeded(string name, IPAddress from)
    {
        lock (_gate)
        {
            _names.Remove(name);
            _addresses.Remove(from);
            if (_known.Count >= MostEntries) _known.Clear();
            _known.Add((name, from));
        }
    }

    private bool MayReport()
    {
        if (timeProvider.GetElapsedTime(_hourBegan) > TimeSpan.FromHours(1)) (_hourBegan, _reports) = (timeProvider.GetTimestamp(), 0);
        return _reports++ < MostReportsAnHour;
    }

    private TimeSpan WaitOf(Failures? failures, TimeSpan longest, long now)
    {
        if (failures is null || failures.Count < FreeFailures) return TimeSpan.Zero;
        var delay = TimeSpan.FromSeconds(Math.Pow(2, Math.Min(failures.Count - FreeFailures, 20)));
        return (delay < longest ? delay : longest) - timeProvider.GetElapsedTime(failures.Last, now);
    }

    private int Count<TKey>(Dictionary<TKey, Failures> table, TKey key)
        where TKey : notnull
    {
        var now = timeProvider.GetTimestamp();
        if (!table.TryGetValue(key, out var failures) || timeProvider.GetElapsedTime(failures.Last, now) > Forgotten)
        {
            if (table.Count >= MostEntries && !table.ContainsKey(key)) MakeRoom(table, now);
            table[key] = failures = new Failures();
        }

        failures.Last = now;
        return ++failures.Count;
    }

    // The oldest half goes: made names and addresses must not push out one under attack at each step.
    private void MakeRoom<TKey>(Dictionary<TKey, Failures> table, long now)
        where TKey : notnull
    {
        foreach (var (key, _) in table.OrderBy(each => each.Value.Count >= FreeFailures)
            .ThenByDescending(each => timeProvider.GetElapsedTime(each.Value.Last, now))
            .Take(table.Count / 2)
            .ToList())
            table.Remove(key);
    }

    private sealed class Failures
    {
        public int Count { get; set; }

        public long Last { get; set; }
    }
}
