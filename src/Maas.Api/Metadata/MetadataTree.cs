using System.Text.Json;
using Maas.Api.OAuth;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Events;
using Maas.Core.Nodes;

namespace Maas.Api.Metadata;

/// <summary>The EC2-like tree that cloud-init reads: names a line, then a value each.</summary>
internal static class MetadataTree
{
    private const string Yaml = "application/x-yaml";

    public static Task<ApiResult> VersionsAsync(ApiRequest request) => Task.FromResult(ApiResults.Text("2012-03-01\nlatest"));

    /// <summary>What there is for the machine; for a caller without a key, what there is for a machine that is not known.</summary>
    public static async Task<ApiResult> ReadAsync(ApiRequest request)
    {
        if (request.Caller is not Caller.OfMachine) return await Enlistment.IndexAsync(request).ConfigureAwait(false);
        List<string> lines = ["maas-commissioning-scripts", "meta-data"];
        if (await request.Core.Machines.GetUserDataAsync(request.MachineId, request.Aborted).ConfigureAwait(false) is not null
            || (await request.Core.Machines.GetAsync(request.MachineId, request.Aborted).ConfigureAwait(false) is { } machine
                && EphemeralScript.IsFor(machine)))
            lines.Add("user-data");
        return ApiResults.Text(string.Join('\n', lines));
    }

    public static async Task<ApiResult> ItemsAsync(ApiRequest request)
    {
        List<string> lines = ["instance-id", "local-hostname"];
        if ((await PublicKeysAsync(request).ConfigureAwait(false)).Length > 0) lines.Add("public-keys");
        lines.Add("vendor-data");
        if ((await CertificatesAsync(request).ConfigureAwait(false)).Length > 0) lines.Add("x509");
        return ApiResults.Text(string.Join('\n', lines));
    }

    public static async Task<ApiResult> ItemAsync(ApiRequest request)
    {
        if (await request.Core.Machines.GetAsync(request.MachineId, request.Aborted).ConfigureAwait(false) is not { } machine)
            return ApiResults.NotFound("Node");
        switch (request.Route["item"])
        {
            case "instance-id":
                await request.ReportAddressAsync().ConfigureAwait(false);
                return ApiResults.Text(machine.Id.ToString());
            case "local-hostname":
                return ApiResults.Text(machine.Fqdn);
            case "public-keys":
                return ApiResults.Text(await PublicKeysAsync(request).ConfigureAwait(false));
            case "vendor-data":
                if (machine.Deployment is { HandOver: true })
                    return new ApiResult.Text(200, $"cloud-init: \"{JsonEncodedText.Encode(HandOverScript.Text)}\"\n", Yaml);
                var token = await request.Core.MachineTokens.GetAsync(machine.Id, request.Aborted).ConfigureAwait(false);
                return new ApiResult.Text(200, HardwareReports.VendorData(machine, token, request.BaseUrl), Yaml);
            case "x509":
                return ApiResults.Text(await CertificatesAsync(request).ConfigureAwait(false));
            case var unknown:
                return ApiResults.Text($"Unknown metadata attribute: {unknown}", 404);
        }
    }

    /// <summary>
    /// The user's bytes. A machine that is being deployed and boots from its disk, or runs in memory, asks for them when its system is up:
    /// this request is what makes it Deployed, whether there are any or not. A machine that boots an ephemeral system for a task, or should
    /// be off, receives a script.
    /// </summary>
    public static async Task<ApiResult> UserDataAsync(ApiRequest request)
    {
        if (await request.Core.Machines.GetAsync(request.MachineId, request.Aborted).ConfigureAwait(false) is not { } machine)
            return ApiResults.NotFound("Node");
        await request.ReportAddressAsync().ConfigureAwait(false);
        if (await EphemeralScript.ForAsync(request, machine).ConfigureAwait(false) is { } script)
        {
            if (machine.Status is MachineStatus.Commissioning)
                await request.Core.Events.WriteAsync(
                    machine.Id, new EventNote(EventLevel.Info, "Gathering info", "The machine fetches its scripts."), request.Aborted)
                    .ConfigureAwait(false);
            return script;
        }

        if (machine.Status is MachineStatus.Deploying && (!machine.Netboot || machine.Deployment is { Ephemeral: true }))
            await request.Core.Machines.ReportAsync(machine.Id, new MachineReport.UserDataFetched(), request.Aborted)
                .ConfigureAwait(false);
        return await request.Core.Machines.GetUserDataAsync(machine.Id, request.Aborted).ConfigureAwait(false) is { } bytes
            ? new ApiResult.Bytes(bytes)
            : ApiResults.Text("", 404);
    }

    /// <summary>The owner's X.509 certificates, for the owner's system only.</summary>
    private static async Task<string> CertificatesAsync(ApiRequest request)
    {
        var machine = await request.Core.Machines.GetAsync(request.MachineId, request.Aborted).ConfigureAwait(false);
        if (machine?.Owner is not { } owner || !MayLogIn(machine)
            || await request.Core.Users.FindAsync(owner, request.Aborted).ConfigureAwait(false) is not { } user)
            return "";
        var keys = await request.Core.SslKeys.ListAsync(user.Id, request.Aborted).ConfigureAwait(false);
        return string.Join('\n', keys.Select(key => key.Key));
    }

    private static async Task<string> PublicKeysAsync(ApiRequest request)
    {
        var machine = await request.Core.Machines.GetAsync(request.MachineId, request.Aborted).ConfigureAwait(false);
        if (machine is null) return "";
        List<string> keys = [];
        string?[] users = MayLogIn(machine) ? [machine.Owner, machine.RescuedBy, machine.SshEnabledBy] : [machine.SshEnabledBy];
        foreach (var user in users.OfType<string>().Distinct(StringComparer.Ordinal))
            keys.AddRange((await request.Core.SshKeys.ListAsync(user, request.Aborted).ConfigureAwait(false)).Select(key => key.Key));
        return string.Join('\n', keys.Distinct(StringComparer.Ordinal));
    }

    /// <summary>The owner's keys are for the owner's system, not for the environment that takes inventory or erases.</summary>
    private static bool MayLogIn(Machine machine) =>
        machine.Status is not (MachineStatus.Commissioning or MachineStatus.Testing or MachineStatus.Releasing
            or MachineStatus.DiskErasing);
}
