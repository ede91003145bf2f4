using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Maas.Hosting.Packages;

/// <summary>
/// Takes requests to a proxy out of the pipeline before anything of the application sees them: their path is a path of another server.
/// </summary>
internal sealed class PackageProxyMiddleware : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        var proxy = app.ApplicationServices.GetRequiredService<PackageProxy>();
        app.Use((context, rest) => proxy.Read(context) is { } wanted ? proxy.AnswerAsync(context, wanted) : rest(context));
        next(app);
    };
}
