using System.Diagnostics.CodeAnalysis;
using System.Net;
using Maas;
using Maas.Boot;
using Maas.Boot.Files;
using Maas.Boot.Scripts;
using Maas.Hosting.BootHttp;
using Maas.Hosting.BootHttp.Isos;
using Maas.Hosting.Link;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps what machines fetch over HTTP while they boot.</summary>
public static class MaasBootEndpoints
{
    /// <summary>
    /// Maps boot programs, scripts and the ephemeral environment below <c>{prefix}/boot/</c>: the same files, by the same names, that TFTP
    /// serves, and below <c>{prefix}/boot/install-iso/</c> the ISOs of machines that are being installed. <c>MapMaas</c> maps them with the
    /// API. No answer here holds a secret but the one-time token in a script for the machine that its address was leased to, and the ISO
    /// that is given for such a token.
    /// </summary>
    /// <param name="endpoints">The application, or a group of it.</param>
    /// <param name="prefix">The mount point.</param>
    public static IEndpointConventionBuilder MapMaasBoot(
        this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string prefix = "/MAAS")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(prefix);
        var isos = MachineIsoEndpoint.Map(endpoints, $"{prefix.TrimEnd('/')}/boot");
        var files = endpoints.MapMethods(
                $"{prefix.TrimEnd('/')}/boot/{{**name}}", [HttpMethods.Get, HttpMethods.Head], (RequestDelegate)ServeAsync)
            .WithMetadata(new BootFilesMetadata());
        return new BothConventions(files, isos);
    }

    private static async Task ServeAsync(HttpContext context)
    {
        var files = context.RequestServices.GetRequiredService<BootFileSource>();
        var observer = context.RequestServices.GetRequiredService<IBootObserver>();
        var timeProvider = context.RequestServices.GetRequiredService<TimeProvider>();
        var started = timeProvider.GetTimestamp();
        // Over a Unix socket, and in a test server, there are no addresses, unless a middleware of the host has set them: then a client
        // gets every file, but no script with a token, which goes to a known address only.
        var client = TransportAddress.Of(context);
        if (!BootFileName.TryNormalize((string?)context.Request.RouteValues["name"] ?? "", out var name, out var refusal))
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, $"Not a boot file's name: {refusal}.").ConfigureAwait(false);
            return;
        }

        using var file = await files.OpenAsync(
            new BootFileRequest(name, client, Unmapped(context.Connection.LocalIpAddress)), context.RequestAborted).ConfigureAwait(false);
        if (file is null)
        {
            await RefuseAsync(
                context, StatusCodes.Status404NotFound, "There is no such boot file, or none for this machine now.").ConfigureAwait(false);
            return;
        }

        long sent = 0;
        var outcome = "broken off by the client";
        try
        {
            sent = await BootFileResult.SendAsync(context, file, name, timeProvider).ConfigureAwait(false);
            if (!context.RequestAborted.IsCancellationRequested) outcome = "completed";
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client went away; the observation below says so.
        }
        finally
        {
            var detail = $"status {context.Response.StatusCode}";
            observer.Observe(
                new BootObservation.FileTransfer(
                    timeProvider.GetUtcNow(), null, client, "http", name, sent, outcome, detail, timeProvider.GetElapsedTime(started)));
        }
    }

    internal static Task RefuseAsync(HttpContext context, int statusCode, string reason)
    {
        context.Response.StatusCode = statusCode;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(reason, context.RequestAborted);
    }

    // A socket that serves both families shows IPv4 clients as ::ffff:a.b.c.d, which no lease is known by.
    internal static IPAddress? Unmapped(IPAddress? address) => address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;

    private sealed class BothConventions(IEndpointConventionBuilder files, IEndpointConventionBuilder isos) : IEndpointConventionBuilder
    {
        public void Add(Action<EndpointBuilder> convention)
        {
            files.Add(convention);
            isos.Add(convention);
        }

        public void Finally(Action<EndpointBuilder> finallyConvention)
        {
            files.Finally(finallyConvention);
            isos.Finally(finallyConvention);
        }
    }
}
