using Maas.Core;
using Maas.Core.Nodes;
using Maas.Dashboard.SignIn;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Maas.Dashboard.Nodes;

/// <summary>Sends the packets of a machine's last boots, to administrators: a machine's one-time token may be among them.</summary>
internal static class CaptureEndpoint
{
    /// <summary>Sends the capture as a file.</summary>
    public static async Task SendAsync(HttpContext http)
    {
        var services = http.RequestServices;
        var core = services.GetRequiredService<MaasCore>();
        var session = await DashboardSession.FindAsync(core, http.User, http.RequestAborted).ConfigureAwait(false);
        if (session is not { User.IsAdministrator: true })
        {
            http.Response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }

        using var packets = new MemoryStream(); // some hundreds of KiB: the boot servers keep no more of a machine
        if (!SystemId.TryParse(http.Request.RouteValues["id"]?.ToString() ?? "", out var id)
            || await core.Machines.GetAsync(id, http.RequestAborted).ConfigureAwait(false) is not { } machine
            || services.GetService<IMachineCaptures>() is not { } captures
            || !await captures.WriteAsync(machine, packets, http.RequestAborted).ConfigureAwait(false))
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            await http.Response.WriteAsync("Nothing was captured of this machine.", http.RequestAborted).ConfigureAwait(false);
            return;
        }

        http.Response.ContentType = "application/vnd.tcpdump.pcap";
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{machine.Hostname}.pcapng\"";
        http.Response.ContentLength = packets.Length;
        packets.Position = 0;
        await packets.CopyToAsync(http.Response.Body, http.RequestAborted).ConfigureAwait(false);
    }
}
