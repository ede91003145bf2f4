using Maas.Api.Results;
using Maas.Api.Routing;

namespace Maas.Api.Gone;

/// <summary>Hosts of virtual machines, which MAAS 3.8 does not have any more: each of their operations says so.</summary>
internal static class GoneResource
{
    private const string Reason = "VM host (KVM) support has been removed from MAAS.";

    public static IEnumerable<ApiResource> All { get; } =
    [
        .. Hosts("pods", "Pod"),
        .. Hosts("vm-hosts", "VmHost"),
        Resource("virtual-machines/", "VirtualMachinesHandler", Plain("GET")),
        Resource("virtual-machines/{id}", "VirtualMachineHandler", Plain("GET")),
        Resource("vm-clusters/", "VmClustersHandler", Plain("GET")),
        Resource("vm-clusters/{id}", "VmClusterHandler", Plain("DELETE"), Plain("GET"), Plain("PUT")),
    ];

    private static IEnumerable<ApiResource> Hosts(string path, string noun) =>
    [
        Resource($"{path}/", $"{noun}sHandler", Plain("GET"), Plain("POST")),
        Resource(
            $"{path}/{{id}}/", $"{noun}Handler",
            Plain("DELETE"), Plain("GET"), Plain("PUT"), Operation("GET", "parameters"), Operation("POST", "add_tag"),
            Operation("POST", "compose"), Operation("POST", "refresh"), Operation("POST", "remove_tag")),
    ];

    private static ApiResource Resource(string path, string handler, params ApiAction[] actions) =>
        new($"api/2.0/{path}", handler, "Hosts of virtual machines, which were removed from MAAS.", actions);

    private static ApiAction Plain(string method) => method switch
    {
        "GET" => Gone(ApiAction.Read),
        "POST" => Gone(ApiAction.Create),
        "PUT" => Gone(ApiAction.Update),
        _ => Gone(ApiAction.Delete),
    };

    private static ApiAction Operation(string method, string op) => Gone(
        (access, handler, doc) => method == "GET" ? ApiAction.Get(op, access, handler, doc) : ApiAction.Post(op, access, handler, doc));

    private static ApiAction Gone(Func<ApiAccess, ApiHandler, string, ApiAction> make) =>
        make(ApiAccess.User, _ => Task.FromResult(ApiResults.Text(Reason, 410)), "Removed: the answer is 410.") with
        {
            TakesAnyArgument = true,
            TakesAnyFile = true,
        };
}
