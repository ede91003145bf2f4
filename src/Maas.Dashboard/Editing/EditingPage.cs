using Maas.Core;
using Maas.Core.Accounts;
using Maas.Core.Events;
using Maas.Dashboard.Nodes;
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

    /// <summary>Makes the page's token, which outlives its source: a change may end after the page was left.</summary>
    protected EditingPage() => Left = _left.Token;

    [Inject] private protected MaasCore Core { get; set; } = null!; // the renderer sets it
    [Inject] private protected DashboardSession Session { get; set; } = null!; // the renderer sets it
    [Inject] private protected ChangeFailures Failures { get; set; } = null!; // the renderer sets it

    /// <summary>The outcome of the last change; <see langword="null"/> before the first.</summary>
    protected EditOutcome? Outcome { get; private set; }

    /// <summary>Whether a change is being made.</summary>
    protected bool IsBusy { get; private set; }

    /// <summary>Whether the user is an administrator.</summary>
    protected bool IsAdministrator { get; private set; }

    /// <summary>Whether the user may change what the page shows: an administrator, or a user with <see cref="Entitlement"/>.</summary>
    protected bool MayChange { get; private set; }

    /// <summary>
    /// The entitlement with which the API allows the page's changes to members of a group; <see langword="null"/> where it asks for an
    /// administrator.
    /// </summary>
    protected virtual string? Entitlement => null;

    /// <summary>Ends the waits of a page that is left.</summary>
    protected CancellationToken Left { get; }

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
    /// <param name="user">The user who reads it, with the entitlements of the user's groups.</param>
    private protected abstract Task LoadAsync(User user);

    /// <summary>Makes a change that needs the page's right, then reads the page again.</summary>
    /// <param name="done">What to show when it is made.</param>
    /// <param name="change">The change; it returns why it was not made, or <see langword="null"/>.</param>
    private protected Task ChangeAsync(string done, Func<User, Task<string?>> change) => ChangeOwnAsync(
        done,
        user => Allows(user)
            ? change(user)
            : Task.FromResult<string?>(Entitlement is null
                ? "This needs an administrator."
                : "You do not have permission to change this."));

    /// <summary>Makes a change to what is the user's own, then reads the page again.</summary>
    /// <param name="done">What to show when it is made.</param>
    /// <param name="change">The change; it returns why it was not made, or <see langword="null"/>.</param>
    private protected async Task ChangeOwnAsync(string done, Func<User, Task<string?>> change)
    {
        if (IsBusy) return;
        IsBusy = true;
        var ended = "";
        try
        {
            var user = await Session.FindUserAsync(Left) ?? throw new SessionEndedException();
            var reason = await change(user);
            Outcome = new EditOutcome(reason ?? done, reason is not null);
            ended = $"{Outcome.Text} The page could not be read again. ";
            if (!Left.IsCancellationRequested) await ReadAsync();
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !Left.IsCancellationRequested)
        {
            Outcome = new EditOutcome(ended + Failures.Explain(failure), true);
        }
        finally
        {
            IsBusy = false;
        }
    }

    /// <summary>
    /// Writes an audit event of a change that writes none by itself. The change is made, so leaving the page does not prevent it.
    /// </summary>
    private protected Task AuditAsync(User user, string type, string text) =>
        Core.Events.WriteAsync(null, new EventNote(EventLevel.Audit, type, text, user.Name), CancellationToken.None);

    private bool Allows(User user) => Entitlement is { } entitlement ? user.HasEntitlement(entitlement) : user.IsAdministrator;

    private async Task ReadAsync()
    {
        var user = await Session.FindUserAsync(Left) ?? throw new SessionEndedException();
        (IsAdministrator, MayChange) = (user.IsAdministrator, Allows(user));
        await LoadAsync(user);
    }
}
