using Maas.Api.Machines;
using Maas.Api.Requests;
using Maas.Api.Results;
using Maas.Api.Routing;
using Maas.Core.Nodes;
using Maas.Core.Storage;

namespace Maas.Api.Storage;

/// <summary>Changes a block device or a partition of a machine.</summary>
/// <param name="machine">The machine.</param>
/// <param name="target">The device or partition.</param>
/// <param name="show">The device or partition as the API shows it.</param>
internal delegate Task<ApiResult> StorageTargetHandler(
    Machine machine, StorageTarget target, Func<NodeConfigResult.Done, ApiResult> show);

/// <summary>
/// <c>format</c>, <c>unformat</c>, <c>mount</c> and <c>unmount</c> of a block device or a partition: of an Allocated machine for its owner,
/// of a Ready one for administrators.
/// </summary>
internal static class FileSystemActions
{
    /// <summary>The four operations.</summary>
    /// <param name="noun">MAAS's word for the device or partition.</param>
    /// <param name="owner">MAAS's word for the machine, which differs between the two.</param>
    /// <param name="find">Finds what the path names.</param>
    public static IEnumerable<ApiAction> Of(string noun, string owner, Func<ApiRequest, StorageTargetHandler, Task<ApiResult>> find)
    {
        yield return Action("format", (form, target) =>
        {
            var request = new FileSystemRequest(form.Optional("fstype") ?? "", form.Optional("label") ?? "", form.Uuid("uuid"));
            return (config, ids) => FileSystemRules.Format(config, target, request, ids);
        },
            ApiArgument.Choice("fstype", "its type.", "ext2", "ext4", "xfs", "fat32", "vfat", "swap", "btrfs", "zfsroot"),
            ApiArgument.Text("uuid", "its UUID."),
            ApiArgument.Text("label", "its label."));
        yield return Action("unformat", (_, target) => (config, _) => FileSystemRules.Unformat(config, target));
        yield return Action("mount", (form, target) =>
        {
            var request = new MountRequest(form.Optional("mount_point") ?? "", form.Optional("mount_options") ?? "");
            return (config, _) => FileSystemRules.Mount(config, target, request);
        },
            ApiArgument.Text("mount_point", "an absolute path; none for swap."),
            ApiArgument.Text("mount_options", "options of mount."));
        yield return Action("unmount", (_, target) => (config, _) => FileSystemRules.Unmount(config, target));

        ApiAction Action(
            string op, Func<FormReader, StorageTarget, Func<StorageConfig, Core.IIdSource, StorageResult>> read,
            params ApiArgument[] arguments)
        {
            var doc = $"{char.ToUpperInvariant(op[0])}{op[1..]} a {noun}. The machine must be Ready or Allocated.";
            return ApiAction.Post(op, ApiAccess.User, request => find(request, async (machine, target, show) =>
            {
                var form = request.Reader();
                var rule = read(form, target);
                return form.HasErrors
                    ? form.BadRequest()
                    : await request.EditStorageAsync(
                        machine,
                        StorageRequests.WhenReadyOrAllocated(
                            $"Cannot {op} {noun} because the {owner} is not Ready or Allocated.", rule),
                        show).ConfigureAwait(false);
            }), doc).With(arguments);
        }
    }
}
