// A provider that exists only for the tests: its one resource has an attribute or block of every nesting, so that the
// real program can be asked what it plans for them. It keeps nothing and reaches nothing.
package main

import (
	"context"
	"log"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	dataschema "github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	providerschema "github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

func main() {
	options := providerserver.ServeOpts{Address: "hipaa-iac.dev/tests/shapes"}
	if err := providerserver.Serve(context.Background(), func() provider.Provider { return &shapes{} }, options); err != nil {
		log.Fatal(err)
	}
}

type shapes struct{}

func (*shapes) Metadata(_ context.Context, _ provider.MetadataRequest, response *provider.MetadataResponse) {
	response.TypeName = "shapes"
	response.Version = "1.2.0"
}

func (*shapes) Schema(_ context.Context, _ provider.SchemaRequest, response *provider.SchemaResponse) {
	response.Schema = providerschema.Schema{
		Attributes: map[string]providerschema.Attribute{
			"tier":  providerschema.StringAttribute{Optional: true, Description: "What tier is where a resource does not say."},
			"token": providerschema.StringAttribute{Optional: true, Sensitive: true},
		},
	}
}

func (*shapes) Configure(ctx context.Context, request provider.ConfigureRequest, response *provider.ConfigureResponse) {
	var tier types.String
	response.Diagnostics.Append(request.Config.GetAttribute(ctx, path.Root("tier"), &tier)...)
	response.ResourceData = tier
}

func (*shapes) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return &thing{} }}
}

func (*shapes) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{func() datasource.DataSource { return &lookup{} }}
}

// thing is the resource.
type thing struct {
	tier types.String
}

func (*thing) Metadata(_ context.Context, _ resource.MetadataRequest, response *resource.MetadataResponse) {
	response.TypeName = "shapes_thing"
}

// leaf is what every nested object and block holds at least.
func leaf() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"name":    schema.StringAttribute{Optional: true},
		"enabled": schema.BoolAttribute{Optional: true},
		"size":    schema.Float64Attribute{Optional: true},
		"tags":    schema.MapAttribute{Optional: true, ElementType: types.StringType},
		"names":   schema.ListAttribute{Optional: true, ElementType: types.StringType},
	}
}

// guarded is a leaf with a secret. A set that held one would be secret as a whole.
func guarded() map[string]schema.Attribute {
	attributes := leaf()
	attributes["secret"] = schema.StringAttribute{Optional: true, Sensitive: true}
	return attributes
}

// chosen is an attribute that the provider decides where nobody sets it.
func chosen(attributes map[string]schema.Attribute) map[string]schema.Attribute {
	attributes["level"] = schema.StringAttribute{Optional: true, Computed: true}
	return attributes
}

func (*thing) Schema(_ context.Context, _ resource.SchemaRequest, response *resource.SchemaResponse) {
	attributes := chosen(guarded())
	attributes["id"] = schema.StringAttribute{
		Computed:      true,
		PlanModifiers: []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
	}
	attributes["place"] = schema.StringAttribute{
		Optional:      true,
		PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
	}
	attributes["mode"] = schema.StringAttribute{Optional: true, Computed: true, Default: stringdefault.StaticString("standard")}
	attributes["private"] = schema.BoolAttribute{Optional: true, Computed: true, Default: booldefault.StaticBool(true)}
	attributes["tier"] = schema.StringAttribute{Optional: true, Computed: true, Description: "The provider's tier where it is not set."}
	attributes["groups"] = schema.SetAttribute{Optional: true, ElementType: types.StringType}
	attributes["anything"] = schema.DynamicAttribute{Optional: true}
	nested := func() schema.NestedAttributeObject {
		return schema.NestedAttributeObject{Attributes: chosen(guarded())}
	}
	inner := guarded()
	inner["rules"] = schema.ListNestedAttribute{Optional: true, NestedObject: nested()}
	attributes["settings"] = schema.SingleNestedAttribute{Optional: true, Attributes: inner}
	attributes["rules"] = schema.ListNestedAttribute{Optional: true, NestedObject: nested()}
	attributes["labels"] = schema.SetNestedAttribute{Optional: true, NestedObject: schema.NestedAttributeObject{Attributes: leaf()}}
	attributes["zones"] = schema.MapNestedAttribute{Optional: true, NestedObject: nested()}

	block := func(blocks map[string]schema.Block) schema.NestedBlockObject {
		return schema.NestedBlockObject{Attributes: guarded(), Blocks: blocks}
	}
	plain := schema.NestedBlockObject{Attributes: leaf()}
	response.Schema = schema.Schema{
		Attributes: attributes,
		Blocks: map[string]schema.Block{
			"endpoint": schema.SingleNestedBlock{Attributes: guarded(), Blocks: map[string]schema.Block{
				"port": schema.ListNestedBlock{NestedObject: block(nil)},
			}},
			"rule": schema.ListNestedBlock{NestedObject: block(map[string]schema.Block{
				"port": schema.ListNestedBlock{NestedObject: block(map[string]schema.Block{
					"range": schema.ListNestedBlock{NestedObject: block(nil)},
				})},
				"peer":   schema.SetNestedBlock{NestedObject: plain},
				"header": schema.SingleNestedBlock{Attributes: guarded()},
			})},
			"grant": schema.SetNestedBlock{NestedObject: plain},
			"vault": schema.SetNestedBlock{NestedObject: block(nil)},
		},
	}
}

func (t *thing) Configure(_ context.Context, request resource.ConfigureRequest, _ *resource.ConfigureResponse) {
	if tier, ok := request.ProviderData.(types.String); ok {
		t.tier = tier
	}
}

// ModifyPlan puts the provider's tier where the configuration sets none.
func (t *thing) ModifyPlan(ctx context.Context, request resource.ModifyPlanRequest, response *resource.ModifyPlanResponse) {
	if request.Plan.Raw.IsNull() || t.tier.IsNull() {
		return
	}
	var tier attr.Value
	response.Diagnostics.Append(request.Config.GetAttribute(ctx, path.Root("tier"), &tier)...)
	if tier != nil && tier.IsNull() {
		response.Diagnostics.Append(response.Plan.SetAttribute(ctx, path.Root("tier"), t.tier)...)
	}
}

// settle gives every unknown text a value.
func settle(planned tftypes.Value) (tftypes.Value, error) {
	return tftypes.Transform(planned, func(_ *tftypes.AttributePath, value tftypes.Value) (tftypes.Value, error) {
		if !value.IsKnown() && value.Type().Is(tftypes.String) {
			return tftypes.NewValue(tftypes.String, "made"), nil
		}
		return value, nil
	})
}

func (*thing) Create(_ context.Context, request resource.CreateRequest, response *resource.CreateResponse) {
	state, err := settle(request.Plan.Raw)
	if err != nil {
		response.Diagnostics.AddError("cannot create", err.Error())
	}
	response.State.Raw = state
}

func (*thing) Read(_ context.Context, request resource.ReadRequest, response *resource.ReadResponse) {
	response.State.Raw = request.State.Raw
}

func (*thing) Update(_ context.Context, request resource.UpdateRequest, response *resource.UpdateResponse) {
	state, err := settle(request.Plan.Raw)
	if err != nil {
		response.Diagnostics.AddError("cannot update", err.Error())
	}
	response.State.Raw = state
}

func (*thing) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}

// lookup is the data source.
type lookup struct{}

func (*lookup) Metadata(_ context.Context, _ datasource.MetadataRequest, response *datasource.MetadataResponse) {
	response.TypeName = "shapes_lookup"
}

func (*lookup) Schema(_ context.Context, _ datasource.SchemaRequest, response *datasource.SchemaResponse) {
	response.Schema = dataschema.Schema{
		Attributes: map[string]dataschema.Attribute{
			"name":  dataschema.StringAttribute{Required: true},
			"found": dataschema.StringAttribute{Computed: true},
			"token": dataschema.StringAttribute{Computed: true, Sensitive: true},
		},
	}
}

func (*lookup) Read(ctx context.Context, request datasource.ReadRequest, response *datasource.ReadResponse) {
	var name types.String
	response.Diagnostics.Append(request.Config.GetAttribute(ctx, path.Root("name"), &name)...)
	response.Diagnostics.Append(response.State.SetAttribute(ctx, path.Root("name"), name)...)
	response.Diagnostics.Append(response.State.SetAttribute(ctx, path.Root("found"), "found "+name.ValueString())...)
	response.Diagnostics.Append(response.State.SetAttribute(ctx, path.Root("token"), "token-of-"+name.ValueString())...)
}
