using Maas.Core;
using Maas.Core.Nodes;
using Maas.Core.Topology;
using Maas.Dashboard.Editing;
using Maas.Dashboard.Nodes;
using Maas.Dashboard.SignIn;
using Microsoft.AspNetCore.Components;

namespace Maas.Dashboard.Plans;

/// <summary>
/// A part of a machine's page that edits what a deployment makes of its disks or interfaces. The rules are those of the API: they are
/// evaluated on the version that is changed, with the rights that the user has then.
/// </summary>
public abstract class PlanEditing : ComponentBase, IDisposable
{
    private readonly CancellationTokenSource _left = new();
    private (SystemId Id, long Version)? _shown;

    /// <summary>Makes the token, which outlives its source: a change may end after the page was left.</summary>
    protected PlanEditing() => Left = _left.Token;

    /// <summary>The machine; its plan is read again when it changes.</summary>
    [Parameter, EditorRequired] public Machine Machine { get; set; } = null!; // the page gives it

    /// <summary>Whether the user may change the plan now.</summary>
    [Parameter] public bool IsEditable { get; set; }

    [Inject] private protected MaasCore Core { get; set; } = null!; // the renderer sets it
    [Inject] private protected DashboardSession Session { get; set; } = null!; // the renderer sets it
    [Inject] private protected ChangeFailures Failures { get; set; } = null!; // the renderer sets it

    /// <summary>The plan; <see langword="null"/> until it is read.</summary>
    protected NodeConfig? Config { get; private set; }

    /// <summary>The networks; <see langword="null"/> until they are read.</summary>
    protected TopologySnapshot? Topology { get; private set; }

    /// <summary>The outcome of the last change.</summary>
    protected EditOutcome? Outcome { get; private set; }

    /// <summary>Whether a change is being made.</summary>
    protected bool IsBusy { get; private set; }

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
    protected override async Task OnParametersSetAsync()
    {
        if (_shown == (Machine.Id, Machine.Version)) return;
        if (_shown?.Id != Machine.Id) Outcome = null;
        _shown = (Machine.Id, Machine.Version);
        Topology = await Core.Topology.GetAsync(Left);
        Show(await Core.NodeConfigs.GetAsync(Machine, Left));
    }

    /// <summary>Takes over a plan that was read or changed.</summary>
    /// <param name="config">The plan.</param>
    protected virtual void Show(NodeConfig config) => Config = config;

    /// <summary>Makes a change and shows what became of it.</summary>
    /// <param name="done">What to show when it is made.</param>
    /// <param name="change">The change.</param>
    /// <returns>Whether it is made.</returns>
    private protected async Task<bool> ChangeAsync(string done, Func<MachineActor, Task<NodeConfigResult>> change)
    {
        if (IsBusy) return false;
        IsBusy = true;
        try
        {
            var result = await change(await Session.GetActorAsync(Left));
            Outcome = result is NodeConfigResult.Done ? new EditOutcome(done, false) : new EditOutcome(ReasonOf(result), true);
            if (result is not NodeConfigResult.Done made) return false;
            Show(made.Config);
            return true;
        }
        catch (Exception failure) when (failure is not OperationCanceledException || !Left.IsCancellationRequested)
        {
            Outcome = new EditOutcome(Failures.Explain(failure), true);
            return false;
        }
        finally
        {
            IsBusy = false;
        }
    }

    private static string ReasonOf(NodeConfigResult result) => result switch
    {
        NodeConfigResult.Refused { Field: "" or "__all__" } refused => refused.Reason,
        NodeConfigResult.Refused refused => $"{refused.Field}: {refused.Reason}",
        NodeConfigResult.WrongStatus wrong => wrong.Reason,
        NodeConfigResult.NoAddress none => none.Reason,
        NodeConfigResult.Denied denied => denied.Reason,
        NodeConfigResult.NotFound missing => $"{missing.Noun}: it does not exist any more.",
        _ => "It was not changed.",
    };
}
