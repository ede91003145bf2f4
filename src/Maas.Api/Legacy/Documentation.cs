using System.Net;
using System.Text;
using Maas.Api.Results;
using Maas.Api.Routing;

namespace Maas.Api.Legacy;

/// <summary><c>doc/</c>: API 1.0 as a page for people, written from the route table.</summary>
internal static class Documentation
{
    public static ApiResource Definition { get; } = new("api/1.0/doc/", "DocHandler", "This page.",
        ApiAction.Read(
            ApiAccess.Public,
            request =>
                Task.FromResult<ApiResult>(
                    new ApiResult.Text(200, Page(request.Resources, request.View.Prefix), "text/html; charset=utf-8")),
            "Read this page."));

    private static string Page(IReadOnlyList<ApiResource> resources, string prefix)
    {
        var html =
            new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>MAAS API 1.0</title></head><body>\n"
                + "<h1>MAAS API 1.0</h1>\n");
        foreach (var resource in resources.Where(each => each.Path.StartsWith("api/1.0/", StringComparison.Ordinal)))
        {
            html.Append("<h2>")
                .Append(WebUtility.HtmlEncode($"{prefix}/{resource.Path}".Replace("*}", "}/", StringComparison.Ordinal)))
                .Append("</h2>\n<dl>\n");
            foreach (var action in resource.Actions)
            {
                html.Append("<dt>").Append(action.Method).Append(action.Op is null ? "" : $" op={action.Op}").Append("</dt><dd><pre>")
                    .Append(WebUtility.HtmlEncode(action.Doc)).Append("</pre></dd>\n");
            }

            html.Append("</dl>\n");
        }

        return html.Append("</body></html>\n").ToString();
    }
}
