using System.Collections.Concurrent;
using Maas.Core;

namespace Maas.Dashboard.Consoles;

/// <summary>
/// Which consoles users of this host have open: one of a machine, so that two users do not take it from each other, and a bounded number,
/// because each is a session with a controller.
/// </summary>
internal sealed class OpenConsoles
{
    /// <summary>The most consoles that are open at once.</summary>
    public const int Most = 32;

    private readonly ConcurrentDictionary<SystemId, string> _open = new();

    /// <summary>Takes a machine's console for a user.</summary>
    /// <returns>Why it cannot be opened; <see langword="null"/> when it is the user's until <see cref="Leave"/>.</returns>
    public string? Enter(SystemId machine, string user)
    {
        if (_open.Count >= Most) return $"{Most} consoles are open already: close one first.";
        return _open.TryAdd(machine, user) ? null
            : _open.TryGetValue(machine, out var other) ? $"{other} has this console open."
            : "This console was closed just now: open it again.";
    }

    /// <summary>Gives a machine's console back.</summary>
    public void Leave(SystemId machine) => _open.TryRemove(machine, out _);
}
