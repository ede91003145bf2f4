using System.Reflection;
using Maas.Dashboard.Layout;
using Microsoft.AspNetCore.Components;

namespace Maas.Dashboard.Tests.Layout;

public sealed class DashboardPagesTests
{
    [Fact]
    public void Every_page_is_mapped() =>
        typeof(DashboardPages).Assembly.GetTypes()
            .SelectMany(type => type.GetCustomAttributes<RouteAttribute>())
            .Select(route => route.Template.ToUpperInvariant())
            .Should().BeEquivalentTo(DashboardPages.Routes.Select(route => route.ToUpperInvariant()));
}
