using Microsoft.Extensions.Options;

namespace Maas.Api.Machines;

/// <summary>
/// How many machines strangers may make known in a minute. Nobody can tell a rack that is switched on from somebody who makes up
/// addresses; a bound between the two keeps the latter from filling the disk, and the former's agents try again.
/// </summary>
internal sealed class EnlistmentGate(IOptions<MaasApiOptions> options, TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private DateTimeOffset windowEnds = DateTimeOffset.MinValue;
    private int left;

    /// <summary>Takes one of this minute's places.</summary>
    /// <param name="wait">When there is none: how long until there are some.</param>
    public bool TryEnter(out TimeSpan wait)
    {
        var now = time.GetUtcNow();
        lock (gate)
        {
            // A clock that was set back must not close the gate for longer than a window.
            if (now >= windowEnds || windowEnds - now > Window) (windowEnds, left) = (now + Window, options.Value.EnlistmentsPerMinute);
            wait = left > 0 ? TimeSpan.Zero : windowEnds - now;
            if (left == 0) return false;
            left--;
            return true;
        }
    }
}
