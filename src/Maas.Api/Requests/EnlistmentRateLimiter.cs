using System.Net;
using Microsoft.Extensions.Options;

namespace Maas.Api.Requests;

/// <summary>
/// Limits how many machines unauthenticated clients enlist in a minute: in all, and from one address, so that one client cannot use up the
/// limit. A rack that is switched on looks like a client that makes up addresses; the limit lies between the two and keeps the latter from
/// filling the disk, and the former's agents try again.
/// </summary>
internal sealed class EnlistmentRateLimiter(IOptions<MaasApiOptions> options, TimeProvider timeProvider)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, int> _taken = []; // no more entries than places in a window
    private DateTimeOffset _windowEnds = DateTimeOffset.MinValue;
    private int _left;

    /// <summary>Takes one of this minute's places.</summary>
    /// <param name="from">The address of the client.</param>
    /// <param name="wait">The time until the next enlistment is allowed, when the result is false.</param>
    public bool TryEnter(IPAddress from, out TimeSpan wait)
    {
        var now = timeProvider.GetUtcNow();
        lock (_gate)
        {
            // A clock that was set back must not close the gate for longer than a window.
            if (now >= _windowEnds || _windowEnds - now > Window)
            {
                (_windowEnds, _left) = (now + Window, options.Value.EnlistmentsPerMinute);
                _taken.Clear();
            }

            var own = _taken.GetValueOrDefault(from);
            var enters = _left > 0 && own < options.Value.EnlistmentsPerMinuteOfAddress;
            wait = enters ? TimeSpan.Zero : _windowEnds - now;
            if (!enters) return false;
            _left--;
            _taken[from] = own + 1;
            return true;
        }
    }
}
