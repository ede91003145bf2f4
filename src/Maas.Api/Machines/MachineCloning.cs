using Maas.Api.Requests;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core;
using Maas.Core.Nodes;

namespace Maas.Api.Machines;

/// <summary><c>op=clone</c>: copies storage, interfaces or both of one machine to others.</summary>
internal static class MachineCloning
{
    private const int MostDestinations = 1000;
    private const string NotAChoice = "Select a valid choice. That choice is not one of the available choices.";

    public static ApiAction Action { get; } = ApiAction.Post("clone", ApiAccess.User, CloneAsync,
        "Copy the storage configuration, the interfaces, or both of a machine to other machines, which must be Ready or Failed testing.")
        .With(
            ApiArgument.Text("source", "the system id of the machine that is copied.").Required(),
            ApiArgument.Texts("destinations", "the system ids of the machines that get the copy.").Required(),
            ApiArgument.Flag("storage", "whether to copy the storage; each disk needs one that is at least as large."),
            ApiArgument.Flag("interfaces", "whether to copy the interfaces; those of the same name take each other's places."));

    private static async Task<ApiResult> CloneAsync(ApiRequest request)
    {
        var form = request.Reader();
        var (storage, interfaces) = (form.Boolean("storage") == true, form.Boolean("interfaces") == true);
        if (form.Errors.Count == 0 && !storage && !interfaces) form.Refuse("__all__", "Either storage or interfaces must be true.");
        var source = await SourceAsync(request, form).ConfigureAwait(false);
        var destinations = form.List("destinations").Distinct(StringComparer.Ordinal).Take(MostDestinations + 1).ToList();
        if (destinations.Count == 0) form.Refuse("destinations", "This field is required.");
        if (destinations.Count > MostDestinations) form.Refuse("destinations", $"At most {MostDestinations} machines at once.");
        if (form.HasErrors || source is null) return form.BadRequest();

        var copy = new NodeConfigCopy(await request.Core.NodeConfigs.GetAsync(source, request.Aborted).ConfigureAwait(false))
        {
            Storage = storage, Interfaces = interfaces, FindObstacle = FindObstacle,
        };
        var machines = await CheckAsync(request, form, source, destinations, copy).ConfigureAwait(false);
        if (form.HasErrors) return form.BadRequest();
        foreach (var machine in machines)
        {
            var result = await request.Core.NodeConfigs.CloneAsync(machine.Id, request.Actor, copy, request.Aborted).ConfigureAwait(false);
            // Every destination was suitable a moment ago; this one was changed since.
            if (result is NodeConfigResult.Refused refused) form.Refuse("destinations", $"{NameOf(machine)} is invalid: {refused.Reason}");
            else if (result is not NodeConfigResult.Done) return StorageRequests.Of(result, _ => ApiResults.NoContent);
        }

        return form.HasErrors ? form.BadRequest() : ApiResults.NoContent;
    }

    private static async Task<Machine?> SourceAsync(ApiRequest request, FormReader form)
    {
        var text = form.Required("source");
        if (text.Length == 0) return null;
        if (await FindAsync(request, text).ConfigureAwait(false) is { } machine && request.User.MaySee(machine)) return machine;
        form.Refuse("source", NotAChoice);
        return null;
    }

    /// <summary>The machines that are named, all of which can have the copy; what is wrong with one is an error of the form.</summary>
    private static async Task<IReadOnlyList<Machine>> CheckAsync(
        ApiRequest request, FormReader form, Machine source, List<string> destinations, NodeConfigCopy copy)
    {
        List<Machine> machines = [];
        foreach (var (index, text) in destinations.Index())
        {
            var machine = request.User.IsAdministrator ? await FindAsync(request, text).ConfigureAwait(false) : null;
            if (machine is null || FindObstacle(machine) is not null)
                form.Refuse("destinations", $"Machine {index + 1} is invalid: {NotAChoice}");
            else if (machine.Id == source.Id)
                form.Refuse("destinations", $"Source machine {NameOf(machine)} cannot be a destination machine.");
            else if (machine.Locked)
                form.Refuse("destinations", $"{NameOf(machine)} is invalid: The machine is locked.");
            else
                machines.Add(machine);
        }

        var configs = await request.Core.NodeConfigs.ListAsync(machines, request.Aborted).ConfigureAwait(false);
        foreach (var machine in machines)
        {
            if (copy.FindFault(configs[machine.Id]) is var (_, reason))
                form.Refuse("destinations", $"{NameOf(machine)} is invalid: {reason}");
        }

        return machines;
    }

    private static async Task<Machine?> FindAsync(ApiRequest request, string text) => SystemId.TryParse(text, out var id)
        ? await request.Core.Machines.GetAsync(id, request.Aborted).ConfigureAwait(false) : null;

    private static string? FindObstacle(Machine machine) => machine.Status is MachineStatus.Ready or MachineStatus.FailedTesting
        ? null : $"Cannot copy to the machine because it is {machine.Status.DisplayName}.";

    private static string NameOf(Machine machine) => $"{machine.Id} ({machine.Hostname})";
}
