using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Events;
using Maas.Dashboard.SignIn;
using Microsoft.AspNetCore.Components;

namespace Maas.Dashboard.Editing;

/// <summary>
/// A page with forms. A change is made one at a time, with the rights that the user has then, and ends with a line that says what was done
/// or why it was not.
/// </summary>
public abstract class EditingPage : ComponentBase, IDisposable
{
    private readonly CancellationTokenSource _left = new();

    [Inject] private protected MaasCore Core { get; set; } = null!; // the renderer sets it
    [Inject] private protected DashboardSession Session { get; set; } = null!; // the renderer sets it

    /// <summary>The outcome of the last change; <see langword="null"/> before the first.</summary>
    protected EditOutcome? Outcome { get; private set; }

    /// <summary>Whether a change is being made.</summary>
    protected bool IsBusy { get; private set; }

    /// <summary>Whether the user is an administrator.</summary>
    protected bool IsAdministrator { get; private set; }

    /// <summary>Ends the waits of a page that is left.</summary>
    protected CancellationToken Left => _left.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        _left.Cancel();
        _left.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    protected override async Task OnInitializedAsync() => await ReadAsync();

    /// <summary>Reads what the page shows.</summary>
    /// <param name="user">The user who reads it.</param>
    private protected abstract Task LoadAsync(User user);

    /// <summary>Makes a change that needs an administrator, then reads the page again.</summary>
    /// <param name="done">What to show when it is made.</param>
    /// <param name="change">The change; it returns why it was not made, or <see langword="null"/>.</param>
    private protected Task ChangeAsync(string done, Func<User, Task<string?>> change) => ChangeOwnAsync(
        done, user => user.IsAdministrator ? change(user) : Task.FromResult<string?>("This needs an administrator."));

    /// <summary>Makes a change to what is the user's own, then reads the page again.</summary>
    /// <param name="done">What to show when it is made.</param>
    /// <param name="change">The change; it returns why it was not made, or <see langword="null"/>.</param>
    private protected async Task ChangeOwnAsync(string done, Func<User, Task<string?>> change)
    {
        if (IsBusy) return;
        IsBusy = true;
        try
        {
            var user = await Session.FindUserAsync(Left) ?? throw new SessionEndedException();
            var reason = await change(user);
            Outcome = new EditOutcome(reason ?? done, reason is not null);
            await ReadAsync();
        }
        finally
        {
            IsBusy = false;
        }
    }

    /// <summary>Writes an audit event of a change that writes none by itself.</summary>
    private protected Task AuditAsync(User user, string type, string text) =>
        Core.Events.WriteAsync(null, new EventNote(EventLevel.Audit, type, text, user.Name), Left);

    private async Task ReadAsync()
    {
        var user = await Session.FindUserAsync(Left) ?? throw new SessionEndedException();
        IsAdministrator = user.IsAdministrator;
        await LoadAsync(user);
    }
}
