namespace Maas.Dashboard.Layout;

/// <summary>The routes of the pages, below the mount point. A test compares them with the components.</summary>
internal static class DashboardPages
{
    /// <summary>All routes.</summary>
    public static IReadOnlyList<string> Routes { get; } =
        [
            "/", "/machines/{id}", "/images", "/images/sources", "/networks", "/dns", "/zones", "/events", "/scripts", "/templates",
            "/users", "/groups", "/settings", "/health", "/account",
        ];
}
