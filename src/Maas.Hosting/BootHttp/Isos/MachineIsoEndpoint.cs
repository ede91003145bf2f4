using System.Net;
using Maas.Boot;
using Maas.Core;
using Maas.Core.Accounts;
using Maas.Hosting.Policy;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Maas.Hosting.BootHttp.Isos;

/// <summary>Serves the ISO of a machine for the token of its boot script, with byte ranges.</summary>
internal static class MachineIsoEndpoint
{
    /// <summary>Maps it below the boot files.</summary>
    public static IEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints, string path) => endpoints.MapMethods(
        $"{path}/{MachineBootPolicy.IsoFolder}/{{token}}/{{name}}", [HttpMethods.Get, HttpMethods.Head], (RequestDelegate)ServeAsync);

    private static async Task ServeAsync(HttpContext context)
    {
        var services = context.RequestServices;
        var client = TransportAddress.Of(context) ?? IPAddress.None;
        var result = services.GetService<MachineIsos>() is not { } isos ? MachineIsoMaker.NotNow : await isos.OpenAsync(
            new IsoRequest(
                new Secret((string?)context.Request.RouteValues["token"] ?? ""),
                (string?)context.Request.RouteValues["name"] ?? "",
                client,
                services.GetService<IHardwareAddresses>()?.Find(client),
                MaasBootEndpoints.Unmapped(context.Connection.LocalIpAddress)),
            context.RequestAborted).ConfigureAwait(false);
        context.Response.Headers.CacheControl = "no-store"; // it has the machine's key in it
        if (result is IsoResult.Found found) await SendAsync(context, found).ConfigureAwait(false);
        else if (result is IsoResult.Refused refused)
            await MaasBootEndpoints.RefuseAsync(context, refused.StatusCode, refused.Reason).ConfigureAwait(false);
    }

    private static async Task SendAsync(HttpContext context, IsoResult.Found found)
    {
        using var file = found.File;
        var timeProvider = context.RequestServices.GetRequiredService<TimeProvider>();
        var started = timeProvider.GetTimestamp();
        long sent = 0;
        var isComplete = false;
        try
        {
            sent = await BootFileResult.SendAsync(context, file, found.Name, timeProvider).ConfigureAwait(false);
            isComplete = !context.RequestAborted.IsCancellationRequested;
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client went away; the observation below says so.
        }
        finally
        {
            // Firmware reads in thousands of ranges: the first, and those that went wrong, tell what there is to know. No name has a token.
            if (found.IsFirst || !isComplete)
            {
                context.RequestServices.GetRequiredService<IBootObserver>().Observe(
                    new BootObservation.FileTransfer(
                        timeProvider.GetUtcNow(), null, TransportAddress.Of(context), "http",
                        $"{MachineBootPolicy.IsoFolder}/{found.Name}", sent, isComplete ? "completed" : "broken off by the client",
                        $"status {context.Response.StatusCode}", timeProvider.GetElapsedTime(started)));
            }
        }
    }
}
